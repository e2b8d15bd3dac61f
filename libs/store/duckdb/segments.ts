import { quoteText } from './quote_name.ts';

/** DuckDB reads and writes so many rows at once, of which all texts must fit its memory. */
export const vectorRows = 2_048;

/** What is known of rows without reading them. */
export interface Extent {
  readonly events: number;
  /** Smallest and largest `@timestamp`, epoch milliseconds; Infinity and -Infinity while empty. */
  readonly from: number;
  readonly to: number;
  /** It holds a row whose document queries must walk. */
  readonly nested: boolean;
}

/** A Parquet file of a closed partition, as the partition's catalogue has it. */
export interface SealedFile extends Extent {
  /** Its name, in the folder of the partition. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** `archived`: only the archive has it. `restored`: the archive gave it back, until `until` (epoch ms, else 0). */
  readonly state: 'kept' | 'archived' | 'restored';
  readonly until: number;
}

/** Rows that SQL reads in one place: the partition's table, or one of its Parquet files. */
export interface Segment extends Extent {
  /** Name of its partition's file in the order of pages. */
  readonly alias: string;
  /** No other rows ever have it; a table gets more of them. */
  readonly identity: string;
  /** What stands after `FROM`. */
  readonly rows: string;
  /** Its file, where it is a Parquet file. */
  readonly path?: string;
  /** The column that numbers them. */
  readonly number: 'rowid' | 'file_row_number';
}

/** What stands after `FROM` to read all of them in few scans: Parquet files are read as one. */
export function scans(segments: readonly Segment[]): string[] {
  const files = segments.flatMap(({ path }) => (path === undefined ? [] : [quoteText(path)]));
  const tables = segments.filter(({ path }) => path === undefined).map(({ rows }) => rows);
  return files.length === 0 ? tables : [...tables, `read_parquet([${files.join(', ')}])`];
}

export const nothing: Extent = {
  events: 0,
  from: Number.POSITIVE_INFINITY,
  to: Number.NEGATIVE_INFINITY,
  nested: false,
};

export const combined = (extents: readonly Extent[]): Extent => ({
  events: extents.reduce((sum, { events }) => sum + events, 0),
  from: Math.min(nothing.from, ...extents.map(({ from }) => from)),
  to: Math.max(nothing.to, ...extents.map(({ to }) => to)),
  nested: extents.some(({ nested }) => nested),
});

/** The share of an extent's time that lies in the range. */
export const shareIn = (
  { from, to }: Extent,
  range: { readonly from: number; readonly to: number },
): number => (Math.min(to + 1, range.to) - Math.max(from, range.from)) / (to + 1 - from);

/** Whether any `@timestamp` of it may lie in the range. */
export const overlaps = (
  { from, to }: Extent,
  range: { readonly from: number; readonly to: number },
): boolean => from < range.to && to >= range.from;
