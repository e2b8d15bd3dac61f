import { type DelimitedOptions, DelimitedReader } from './delimited.ts';

export interface RowOptions {
  /** Whether the first line has the columns' names. */
  readonly header: boolean;
}

/** A line's value in a column, by its name or its number from 1; undefined where the line has none. */
export type Row = (column: string) => string | undefined;

/**
 * Reads a table whose columns have names, in pieces as they come.
 *
 * @param options.needed columns that must be there
 * @returns `push` throws a sentence for people where the header lacks one
 */
export function rowReader(
  { header, needed, ...options }: DelimitedOptions & RowOptions & { readonly needed: readonly string[] },
  onRow: (row: Row) => void,
  onUnfit: () => void,
): { push(text: string): void; end(): void } {
  let places: ReadonlyMap<string, number> | undefined = header ? undefined : new Map();
  let values: readonly string[] = [];
  const row: Row = (column) => values[places?.get(column) ?? Number(column) - 1]?.trim();
  return new DelimitedReader(
    options,
    (given) => {
      if (places !== undefined) {
        values = given;
        return onRow(row);
      }
      places = new Map(given.map((name, place) => [name.trim(), place]));
      const missing = needed.find((column) => !places?.has(column) && !isNumber(column));
      if (missing !== undefined)
        throw new TypeError(
          `has no column "${missing}"; its first line names ${given.slice(0, 20).join(', ').slice(0, 500)}`,
        );
    },
    onUnfit,
  );
}

const isNumber = (column: string): boolean => /^[1-9]\d{0,3}$/.test(column);
