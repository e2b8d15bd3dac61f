import type { EcsEvent, Json } from '@tidewatch/event';
import { buckets } from '../buckets.ts';
import type { DataClasses } from '../classes.ts';
import type { EventStore, Page, Scope, SearchRequest, TopValue, ValueOrder } from '../contract.ts';
import { deleteNoted } from '../deletion.ts';
import { createEventLayout } from './columns.ts';
import { bucketSql, compile, fieldValues, select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import { prevalenceSql } from './event_prevalence.ts';
import { searchPartitions } from './event_search.ts';
import { createEventWriter, type Relief } from './event_write.ts';
import { extent, type Partition, type Partitions, partitionBytes } from './partitions.ts';
import { overlaps, scans } from './segments.ts';
import { startLimit } from './time_limit.ts';

type Filter = Pick<SearchRequest, 'query' | 'range'>;

/** A histogram's split shows this many values; the others are in the bucket's count alone. */
const maxSplitValues = 20;

/** Events in DuckDB files; the contract is {@link EventStore}'s. */
export function createEventStore(
  database: Database,
  partitions: Partitions,
  classes: DataClasses,
  clock: () => number,
  relief: Relief,
): EventStore {
  const write = createEventWriter(database, partitions, classes, relief);

  const visible = (scope: Scope, range?: Filter['range']): Partition[] =>
    partitions
      .present()
      .filter(({ dataClass }) => scope.dataClasses === 'all' || scope.dataClasses.includes(dataClass))
      .filter((partition) => range === undefined || overlaps(extent(partition), range));

  const layoutOf = (sources: readonly Partition[]) =>
    createEventLayout(() => new Set(sources.flatMap(({ paths }) => [...paths])));

  const condition = (request: Filter, sources: readonly Partition[]): Where =>
    compile(request.query, request.range, clock(), {
      layout: layoutOf(sources),
      timeColumn: 'ts',
      nested: sources.some((partition) => extent(partition).nested),
    });

  /** Rows of all partitions together, from one `SELECT` of each segment that the range may touch. */
  function union(
    sources: readonly Partition[],
    range: Filter['range'],
    one: (rows: string) => string,
    around: (rows: string) => string,
    values: readonly SqlValue[],
    withinMs?: number,
  ): Promise<SqlRow[]> {
    return partitions.reading(sources, async (all) => {
      const segments = all.filter((segment) => overlaps(segment, range));
      if (segments.length === 0) return [];
      return database.read(around(`(${scans(segments).map(one).join(' UNION ALL ')})`), values, withinMs);
    });
  }

  /** The most frequent values as JSON text, with their counts. */
  function topOf(
    request: Filter & { readonly order?: ValueOrder },
    field: string,
    limit: number,
    scope: Scope,
    withinMs?: number,
  ): Promise<SqlRow[]> {
    const sources = visible(scope, request.range);
    const values = fieldValues(field, layoutOf(sources), condition(request, sources));
    return union(
      sources,
      request.range,
      (events) => values.select(events),
      (rows) =>
        `SELECT v, sum(n)::BIGINT AS n FROM ${rows} GROUP BY v ORDER BY n ${request.order === 'rare' ? 'ASC' : 'DESC'}, v LIMIT ${values.place(limit)}`,
      values.parameters,
      withinMs,
    );
  }

  /** Counts of the split field's most frequent values, by bucket. */
  async function splitOf(request: Filter, stepMs: number, field: string, scope: Scope, leftMs: () => number) {
    const found = await topOf(request, field, maxSplitValues, scope, leftMs());
    const top = found.map(([value]) => value as string);
    const shares = new Map<number, Record<string, number>>();
    if (top.length === 0) return shares;
    const sources = visible(scope, request.range);
    const values = fieldValues(field, layoutOf(sources), condition(request, sources));
    const bucket = bucketSql('ts', values.place(stepMs));
    const rows = await union(
      sources,
      request.range,
      (events) => values.select(events, bucket),
      (all) =>
        `SELECT b, v, sum(n)::BIGINT FROM ${all} WHERE list_contains(${values.place(top)}, v) GROUP BY b, v`,
      values.parameters,
      leftMs(),
    );
    for (const [start, value, count] of rows as unknown as [number, string, number][]) {
      const share = shares.get(start) ?? Object.create(null);
      share[asText(JSON.parse(value) as Json)] = count;
      shares.set(start, share);
    }
    return shares;
  }

  function documents(request: SearchRequest, scope: Scope): Promise<Page<string>> {
    const sources = visible(scope, request.range);
    const layout = layoutOf(sources);
    const wheres = new Map<boolean, Where>();
    const whereFor = (nested: boolean): Where => {
      const known =
        wheres.get(nested) ??
        compile(request.query, request.range, clock(), { layout, timeColumn: 'ts', nested });
      wheres.set(nested, known);
      return known;
    };
    return searchPartitions(database, partitions, sources, whereFor, request);
  }

  /** Answers how many events went, undefined where all stay since there are more than `most`. */
  const deleteUpTo = (most: number, isMeant: (partition: Partition) => boolean) =>
    database.write(async () => {
      const meant = partitions.all().filter(isMeant);
      const held = meant.reduce((sum, partition) => sum + extent(partition).events, 0);
      if (held > most) return undefined;
      for (const partition of meant) await partitions.drop(partition);
      return held;
    });
  const deleteAll = async (isMeant: (partition: Partition) => boolean): Promise<number> =>
    (await deleteUpTo(Number.POSITIVE_INFINITY, isMeant)) ?? 0;

  return {
    write,

    async search(request, scope) {
      const page = await documents(request, scope);
      return { ...page, items: page.items.map((json) => JSON.parse(json) as EcsEvent) };
    },

    documents,

    async count(request, scope) {
      const sources = visible(scope, request.range);
      const where = condition(request, sources);
      const rows = await union(
        sources,
        request.range,
        (events) => `SELECT count(*) AS n FROM (${select('1 AS one', events, where)})`,
        (all) => `SELECT sum(n)::BIGINT FROM ${all}`,
        where.parameters,
      );
      return (rows[0]?.[0] as number | undefined) ?? 0;
    },

    async histogram(request, scope) {
      const { range, stepMs, split } = request;
      const leftMs = startLimit();
      const sources = visible(scope, range);
      const where = condition(request, sources);
      const step = `$${where.parameters.length + 1}`;
      const rows = await union(
        sources,
        request.range,
        (events) => select(`${bucketSql('ts', step)} AS b`, events, where),
        (all) => `SELECT b, count(*) FROM ${all} GROUP BY b`,
        [...where.parameters, stepMs],
        leftMs(),
      );
      const total = new Map(rows as unknown as [number, number][]);
      const shares = split === undefined ? undefined : await splitOf(request, stepMs, split, scope, leftMs);
      return buckets(range, stepMs, (start) => ({
        start,
        count: total.get(start) ?? 0,
        ...(shares !== undefined && { split: shares.get(start) ?? {} }),
      }));
    },

    async topValues(request, scope) {
      const rows = await topOf(request, request.field, request.limit, scope);
      return rows.map(
        ([value, count]): TopValue => ({
          value: JSON.parse(value as string) as Json,
          count: count as number,
        }),
      );
    },

    async prevalence({ queries, range }, scope) {
      if (queries.length === 0) return [];
      const sources = visible(scope, range);
      const counts = prevalenceSql(queries, range, clock(), {
        layout: layoutOf(sources),
        timeColumn: 'ts',
        nested: sources.some((partition) => extent(partition).nested),
      });
      const [row] = await union(sources, range, counts.select, counts.around, counts.parameters);
      return counts.read(row);
    },

    async get(id, scope) {
      for (const partition of visible(scope).sort((a, b) => extent(b).to - extent(a).to)) {
        const [row] = await partitions.read([partition], (segments) => ({
          sql: `SELECT doc FROM (${scans(segments).map(byId).join(' UNION ALL ')}) LIMIT 1`,
          values: [id],
        }));
        if (row !== undefined) return JSON.parse(row[0] as string) as EcsEvent;
      }
      return undefined;
    },

    async fields(scope) {
      return [...new Set(visible(scope).flatMap(({ paths }) => [...paths]))].sort();
    },

    async stats() {
      const all = await Promise.all(
        partitions.all().map(async (partition) => {
          const { dataClass, name, open, sealed, damaged } = partition;
          const { events, from, to } = extent(partition);
          return {
            dataClass,
            partition: name,
            events,
            bytes: await partitionBytes(partition),
            from: events === 0 ? 0 : from,
            to: events === 0 ? 0 : to,
            sealed: sealed.length > 0 && open.events === 0,
            damaged: [...damaged],
            ...restoredUntil(partition),
          };
        }),
      );
      const sum = (key: 'events' | 'bytes'): number =>
        all.reduce((total, partition) => total + partition[key], 0);
      return { events: sum('events'), bytes: sum('bytes'), partitions: all };
    },

    async expire(now, tell) {
      const failures: unknown[] = [];
      for (const partition of partitions.all()) {
        const { dataClass, name, period } = partition;
        const ttl = classes.get(dataClass)?.ttlMs;
        if (ttl === undefined || period.to + ttl > now) continue;
        try {
          const records = extent(partition).events;
          const due = { keeper: 'event store', dataClass, what: `partition ${name}`, records };
          await deleteNoted(tell, due, async (gone) => gone(await deleteAll((one) => one === partition)));
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },

    deleteClass: (dataClass) => deleteAll((partition) => partition.dataClass === dataClass),

    deletePartition: (dataClass, name, most = Number.POSITIVE_INFINITY) =>
      deleteUpTo(most, (partition) => partition.dataClass === dataClass && partition.name === name),

    close: () => database.close(),
  };
}

const byId = (rows: string): string => `(SELECT doc FROM ${rows} WHERE id = $1 LIMIT 1)`;

/** When the first of what the archive gave back leaves again. */
function restoredUntil({ sealed }: Partition): { restoredUntil?: number } {
  const ends = sealed.filter(({ state }) => state === 'restored').map(({ until }) => until);
  return ends.length === 0 ? {} : { restoredUntil: Math.min(...ends) };
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
