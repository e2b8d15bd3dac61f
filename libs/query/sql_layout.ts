/** A column that holds a field, exactly, in every plain row: NULL where the field is absent, else its one value. */
export type SqlColumn =
  /** `address`: a column with the `addressKey` of the text, where it is an address. */
  | { readonly type: 'text'; readonly sql: string; readonly address?: string }
  | { readonly type: 'number'; readonly sql: string }
  /** Epoch milliseconds of a field that is an ISO 8601 time in every row. */
  | { readonly type: 'time'; readonly sql: string };

/** How a table keeps documents. All names must be trusted SQL. */
export interface SqlLayout {
  /** The document's JSON. */
  readonly document: string;
  /** Text columns that a value without a field is looked for in, by lines. */
  readonly texts: readonly string[];
  /** A text column in which each value of a plain row stands, as text (`documentFacts`), perhaps with keys (`wordKey`). */
  readonly words?: string;
  /** The key of a field's values in the words (`wordKey`), where they have keys and no other field that occurs has it. */
  readonly wordKey?: (path: string) => string | undefined;
  readonly column: (path: string) => SqlColumn | undefined;
  /** Dotted paths that occur, for patterns of fields. */
  readonly paths: () => Iterable<string>;
}

/**
 * Plain rows hold every field of a column in that column, and no array of theirs holds objects or arrays
 * (`documentFacts`), so that conditions need not read their documents. All others are nested: their documents are
 * walked. A store tells them apart, compiles once for each kind that it holds, and asks each for its own rows.
 */
export type SqlRows = 'plain' | 'nested';

/** A pattern of fields may fit this many. */
export const maxPatternFields = 200;

/** A pattern of fields that fits more than {@link maxPatternFields}. */
export class TooManyFieldsError extends Error {
  readonly pattern: string;
  readonly fields: number;

  constructor(pattern: string, fields: number) {
    super(
      `The field pattern ${pattern} fits ${fields} fields; at most ${maxPatternFields} can be searched at once.`,
    );
    this.name = 'TooManyFieldsError';
    this.pattern = pattern;
    this.fields = fields;
  }
}
