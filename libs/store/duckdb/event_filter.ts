import { isDeepStrictEqual } from 'node:util';
import type { KqlNode, SqlLayout } from '@tidewatch/query';
import type { Scope, SearchRequest, TimeRange } from '../contract.ts';
import { createEventLayout } from './columns.ts';
import { compile, readsTexts, type Source, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import type { FoundRowsCache } from './found_rows.ts';
import { extent, type Partition } from './partition_segments.ts';
import type { Partitions } from './partitions.ts';
import { combined, overlaps, scans, shareIn } from './segments.ts';

export type Filter = Pick<SearchRequest, 'query' | 'range'>;

/** Events that fit a filter, as SQL. */
export interface Fitting {
  /** What stands after `FROM`, of each of several tables. */
  readonly tables: readonly string[];
  /** What must hold of their rows. */
  readonly where: Where;
  readonly layout: SqlLayout;
}

const always: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** Each join holds some of DuckDB's memory: of more segments, what they are asked for is read by the filter itself. */
const mostJoined = 16;

/** Finds the events that requests are about, in the partitions that they may see and whose time they touch. */
export class EventFilters {
  private readonly database: Database;
  private readonly partitions: Partitions;
  private readonly clock: () => number;
  readonly found: FoundRowsCache;

  constructor(database: Database, partitions: Partitions, clock: () => number, found: FoundRowsCache) {
    this.database = database;
    this.partitions = partitions;
    this.clock = clock;
    this.found = found;
  }

  visible({ dataClasses }: Scope, range = always): Partition[] {
    return this.partitions
      .present()
      .filter(({ dataClass }) => dataClasses === 'all' || dataClasses.includes(dataClass))
      .filter((partition) => overlaps(extent(partition), range));
  }

  where({ query, range }: Filter, source: Source): Where {
    return compile(query, range, this.clock(), source);
  }

  /**
   * The filter without its time, where its rows are worth keeping: it has to look through texts, would have to do so for most
   * rows of the partitions anyway, and means the same a moment later.
   */
  kept({ query, range }: Filter, sources: readonly Partition[]): Where | undefined {
    const extents = sources.map(extent);
    const wanted = extents.reduce((sum, one) => sum + one.events * shareIn(one, range), 0);
    const { events, nested } = combined(extents);
    if (query === undefined || 2 * wanted < events) return undefined;
    const source = sourceOf(sources, nested);
    const now = this.clock();
    const where = compile(query, always, now, source);
    if (!readsTexts(where, source)) return undefined;
    const later = compile(query, always, now + 1, source);
    return isDeepStrictEqual(where.parameters, later.parameters) ? where : undefined;
  }

  /**
   * Reads from what fits; no rows where the range touches nothing.
   *
   * @param columns `times`: the statement asks for nothing but `ts`
   * @throws QUERY_TIMED_OUT, QUERY_TOO_WIDE
   */
  async read(
    filter: Filter,
    scope: Scope,
    columns: 'times' | 'all',
    leftMs: () => number,
    statement: (fitting: Fitting) => readonly [sql: string, values: readonly SqlValue[]],
  ): Promise<SqlRow[]> {
    const { query, range } = filter;
    const sources = this.visible(scope, range);
    return this.partitions.reading(sources, async (all) => {
      const segments = all.filter((segment) => overlaps(segment, range));
      if (segments.length === 0) return [];
      const { nested } = combined(segments);
      const run = (tables: readonly string[], left: KqlNode | undefined, isNested: boolean) => {
        const source = sourceOf(sources, isNested);
        const where = this.where({ range, ...(left && { query: left }) }, source);
        return this.database.read(...statement({ tables, where, layout: source.layout }), leftMs());
      };
      const kept = this.kept(filter, sources);
      const rows =
        kept &&
        (await this.found.use(kept, segments, leftMs, async ({ times, holding, of }) => {
          if (columns === 'times') return run([times], undefined, false);
          if (holding.length > mostJoined) return undefined;
          const tables = holding.map((segment) => of(segment, range));
          return tables.length === 0 ? [] : run(tables, undefined, nested);
        }));
      return rows ?? run(scans(segments), query, nested);
    });
  }
}

/** How queries see the partitions. */
export const sourceOf = (sources: readonly Partition[], nested: boolean): Source => ({
  layout: createEventLayout(() => new Set(sources.flatMap(({ paths }) => [...paths]))),
  timeColumn: 'ts',
  nested,
});
