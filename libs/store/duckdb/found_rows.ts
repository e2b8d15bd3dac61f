import type { TimeRange } from '../contract.ts';
import { select, timeBounds, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { Segment } from './segments.ts';

/** The rows of some segments that a filter finds, as what stands after `FROM`; valid while they are being used. */
export interface FoundRows {
  /** Of all of the segments, with `ts` and, for conditions to find, `nested`, which is false. */
  readonly times: string;
  /** Those of the segments that have any. */
  readonly holding: readonly Segment[];
  /** All columns, of one of the segments and a stretch of time. */
  readonly of: (segment: Segment, range: TimeRange) => string;
}

interface Looked {
  readonly number: number;
  /** So many of its rows were looked through. */
  through: number;
  rows: number;
}

interface Found {
  /** Of the number `s` of a segment, the number `r` of a row in it, and its `ts`. */
  readonly table: string;
  /** By the segment's identity. */
  readonly looked: Map<string, Looked>;
  rows: number;
  uses: number;
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
 * came since. The rows are numbers and times in DuckDB's own memory; nothing else of the events is kept.
 */
export class FoundRowsCache {
  private readonly database: Database;
  private readonly mostRows: number;
  /** The one used last stands last. */
  private readonly byFilter = new Map<string, Found>();
  /** Filters that find more rows than are kept. */
  private readonly tooWide = new Set<string>();
  /** Tables that nobody uses any more. */
  private readonly unused = new Set<string>();
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
      ...{ rows: 0, uses: 0 },
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
      if (found.rows <= this.mostRows) return await work(foundIn(found, segments));
      // Rows of others may be among them, of segments that are no more.
      const asked = new Set(segments.map(({ identity }) => identity));
      if ([...found.looked.keys()].every((identity) => asked.has(identity))) this.tooWide.add(key);
      this.forget(key, found);
      return undefined;
    } finally {
      found.uses--;
      if (this.byFilter.get(key) !== found) this.forget(key, found);
      this.forgetOldest();
    }
  }

  /** Whether the segment has been looked through, as far as it goes. */
  has(filter: Where, { identity, events }: Segment): boolean {
    return this.byFilter.get(keyOf(filter))?.looked.get(identity)?.through === events;
  }

  /** Forgets everything: segments have gone. */
  clear(): void {
    for (const [key, found] of [...this.byFilter]) this.forget(key, found);
    this.tooWide.clear();
  }

  private create({ table }: Found, withinMs: number) {
    const sql = `CREATE TABLE IF NOT EXISTS ${table}(s INTEGER, r UINTEGER, ts BIGINT)`;
    return this.database.read(sql, [], withinMs);
  }

  private async look(found: Found, filter: Where, segment: Segment, leftMs: () => number): Promise<void> {
    const { table, looked } = found;
    const { number: row, rows, events, identity, path } = segment;
    const seen = looked.get(identity) ?? { number: looked.size, through: 0, rows: 0 };
    while (seen.through < events && found.rows <= this.mostRows) {
      // A file is small, and gets no more rows.
      const end = path === undefined ? Math.min(seen.through + pieceRows, events) : events;
      const piece = path === undefined ? ` AND ${row} >= ${seen.through} AND ${row} < ${end}` : '';
      const fitting = select(`${seen.number}, ${row}, ts`, rows, filter, piece);
      const sql = `INSERT INTO ${table} ${fitting}`;
      const [inserted] = await this.database.read(sql, filter.parameters, leftMs());
      const count = inserted?.[0] as number;
      found.rows += count;
      seen.rows += count;
      seen.through = end;
      looked.set(identity, seen);
    }
  }

  private forgetOldest(): void {
    const [first] = this.tooWide;
    if (first !== undefined && this.tooWide.size > mostFilters) this.tooWide.delete(first);
    let rows = 0;
    for (const found of this.byFilter.values()) rows += found.rows;
    for (const [key, found] of [...this.byFilter]) {
      if (rows <= this.mostRows && this.byFilter.size <= mostFilters) return;
      if (found.uses > 0) continue;
      rows -= found.rows;
      this.forget(key, found);
    }
  }

  /** Its table goes once nobody uses it. */
  private forget(key: string, found: Found): void {
    if (this.byFilter.get(key) === found) this.byFilter.delete(key);
    if (found.uses > 0) return;
    this.unused.add(found.table);
    void this.dropUnused();
  }

  private async dropUnused(): Promise<void> {
    for (const table of [...this.unused]) {
      this.unused.delete(table);
      // No request waits for it, or fails with it: it is tried again with the next.
      await this.database.read(`DROP TABLE IF EXISTS ${table}`).catch(() => this.unused.add(table));
    }
  }
}

/** In JSON, numbers too large to be written would all be null. */
const keyOf = ({ plain, nested, parameters }: Where): string =>
  JSON.stringify([plain, nested, ...parameters.map((value) => [typeof value, String(value)])]);

function foundIn({ table, looked }: Found, segments: readonly Segment[]): FoundRows {
  const of = ({ identity }: Segment) => looked.get(identity);
  const holding = segments.filter((segment) => (of(segment)?.rows ?? 0) > 0);
  const numbers = ['-1', ...holding.map((segment) => of(segment)?.number)].join(', ');
  return {
    times: `(SELECT ts, FALSE AS nested FROM ${table} WHERE s IN (${numbers}))`,
    holding,
    of(segment, range) {
      const { rows, number } = segment;
      const [from, to] = timeBounds(range);
      const found = `SELECT r FROM ${table} WHERE s = ${of(segment)?.number} AND ts >= ${from} AND ts < ${to}`;
      return `(SELECT *, ${number} FROM ${rows} WHERE ${number} IN (${found}) AND ts >= ${from} AND ts < ${to})`;
    },
  };
}
