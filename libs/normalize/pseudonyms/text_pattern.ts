/** Puts a pseudonym in the place of a name or an address. */
export type Replace = (value: string) => string;

/** Something that is looked for in texts. */
export interface TextPattern {
  /** It finds nothing in a text without one of these, lower case. Few texts should have one. */
  readonly hints: readonly string[];
  /** Nor without one of these. */
  readonly also?: readonly string[];
  /** The text with something else in the place of what was found. Time is linear in the text. */
  readonly apply: (text: string, replace: Replace) => string;
}
