import { select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { Segment } from './segments.ts';

/** The rows of some segments that a filter finds, as what stands after `FROM`; valid while they are being used. */
export interface FoundRows {
  /** Of all of the segments, with `ts` and, for conditions to find, `nested`, which is false. */
  readonly times: string;
  /** All columns, of one of the segments. */
  readonly of: (segment: Segment) => string;
}

interface Found {
  /** Of the number `s` of a segment, the number `r` of a row in it, and its `ts`. */
  readonly table: string;
  /** How far each segment has been looked through, by its identity. */
  readonly looked: Map<string, { readonly number: number; through: number }>;
  rows: number;
  uses: number;
  isTooMuch: boolean;
  turn: Promise<unknown>;
}

/** Of one row that is kept. */
export const foundRowBytes = 16;

/** Filters whose rows are kept. */
const mostFilters = 64;
/** What is looked through at once: time that is up, and rows that are too many, are seen in between. */
const pieceRows = 1_000_000;

/**
 * Keeps which rows filters found, by segment, those of the filters that were used last. Sealed files don't change and tables only
 * grow, so that a filter that is asked again (another page, another field's values, the same search a minute later) reads only what
 * came since. The rows are numbers and times in DuckDB's own memory; nothing of the events is kept.
 */
export class FoundRowsCache {
  private readonly database: Database;
  private readonly mostRows: number;
  /** The one used last stands last. */
  private readonly byFilter = new Map<string, Found>();
  /** Filters that find more rows than are kept. */
  private readonly tooWide = new Set<string>();
  private made = 0;

  /** @param mostRows that are kept of a filter, and in all but for those in use */
  constructor(database: Database, mostRows: number) {
    this.database = database;
    this.mostRows = mostRows;
  }

  /**
   * Looks through what of the segments was not looked through before, and does `work` with what was found; undefined where that
   * is too much to be kept.
   *
   * @param filter without a range of time
   * @throws QUERY_TIMED_OUT, QUERY_TOO_WIDE; what was looked through by then is kept
   */
  async use<T>(
    filter: Where,
    segments: readonly Segment[],
    leftMs: () => number,
    work: (rows: FoundRows) => Promise<T>,
  ): Promise<T | undefined> {
    const key = keyOf(filter);
    if (this.tooWide.has(key)) return undefined;
    const found = this.byFilter.get(key) ?? {
      ...{ table: `memory.found_${++this.made}`, looked: new Map(), turn: Promise.resolve() },
      ...{ rows: 0, uses: 0, isTooMuch: false },
    };
    this.byFilter.delete(key);
    this.byFilter.set(key, found);
    found.uses++;
    try {
      const mine = found.turn.then(async () => {
        if (found.looked.size === 0) await this.create(found, leftMs());
        for (const segment of segments) await this.look(found, filter, segment, leftMs);
      });
      found.turn = mine.catch(() => {});
      await mine;
      if (found.isTooMuch) return undefined;
      const { table, looked } = found;
      const numberOf = ({ identity }: Segment): number | undefined => looked.get(identity)?.number;
      return await work({
        times: `(SELECT ts, FALSE AS nested FROM ${table} WHERE s IN (${segments.map(numberOf).join(', ')}))`,
        of: (segment) =>
          `(SELECT *, ${segment.number} FROM ${segment.rows} WHERE ${segment.number} IN (SELECT r FROM ${table} WHERE s = ${numberOf(segment)}))`,
      });
    } finally {
      found.uses--;
      if (found.isTooMuch) this.tooWide.add(key);
      await this.forgetSome();
    }
  }

  /** Whether the segment has been looked through, as far as it goes. */
  has(filter: Where, { identity, events }: Segment): boolean {
    return this.byFilter.get(keyOf(filter))?.looked.get(identity)?.through === events;
  }

  private create({ table }: Found, withinMs: number) {
    const sql = `CREATE TABLE IF NOT EXISTS ${table}(s INTEGER, r UINTEGER, ts BIGINT)`;
    return this.database.read(sql, [], withinMs);
  }

  private async look(found: Found, filter: Where, segment: Segment, leftMs: () => number): Promise<void> {
    const { table, looked } = found;
    const { number: row, rows, events, identity } = segment;
    const seen = looked.get(identity) ?? { number: looked.size, through: 0 };
    while (seen.through < events && !found.isTooMuch) {
      const end = Math.min(seen.through + pieceRows, events);
      const piece = `${row} >= ${seen.through} AND ${row} < ${end}`;
      const fitting = select(`${seen.number}, ${row}, ts`, rows, filter, ` AND ${piece}`);
      const sql = `INSERT INTO ${table} ${fitting}`;
      const [inserted] = await this.database.read(sql, filter.parameters, leftMs());
      found.rows += inserted?.[0] as number;
      seen.through = end;
      looked.set(identity, seen);
      found.isTooMuch = found.rows > this.mostRows;
    }
  }

  private async forgetSome(): Promise<void> {
    const [first] = this.tooWide;
    if (first !== undefined && this.tooWide.size > mostFilters) this.tooWide.delete(first);
    let rows = 0;
    for (const found of this.byFilter.values()) rows += found.rows;
    for (const [key, found] of [...this.byFilter]) {
      const isOld = rows > this.mostRows || this.byFilter.size > mostFilters;
      // While a table was dropped, its filter may have been forgotten by another, and asked again.
      if (this.byFilter.get(key) !== found) continue;
      if (found.uses > 0 || !(isOld || found.isTooMuch) || this.database.isClosed()) continue;
      this.byFilter.delete(key);
      rows -= found.rows;
      await this.database.read(`DROP TABLE IF EXISTS ${found.table}`);
    }
  }
}

/** In JSON, numbers too large to be written would all be null. */
const keyOf = ({ plain, nested, parameters }: Where): string =>
  JSON.stringify([plain, nested, ...parameters.map((value) => [typeof value, String(value)])]);
