/** What stands beside every finding of a rule, as the rule itself states it: the Detection Rule License asks for it. */
export interface Credit {
  readonly author?: string;
  readonly license?: string;
  readonly references: readonly string[];
}

interface Credited {
  readonly author?: string | null;
  readonly license?: string | null;
  readonly references?: readonly string[];
}

export const creditOf = ({ author, license, references = [] }: Credited): Credit => ({
  ...(typeof author === 'string' ? { author } : {}),
  ...(typeof license === 'string' ? { license } : {}),
  references,
});
