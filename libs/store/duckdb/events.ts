import type { EcsEvent, Json } from '@tidewatch/event';
import { buckets } from '../buckets.ts';
import type { DataClasses } from '../classes.ts';
import type { EventStore, Scope, TopValue, ValueOrder } from '../contract.ts';
import { deleteNoted } from '../deletion.ts';
import { bucketSql, fieldValues, select } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlRow } from './engine.ts';
import { EventFilters, type Filter } from './event_filter.ts';
import { prevalenceSql, prevalencesIn } from './event_prevalence.ts';
import { searchPartitions } from './event_search.ts';
import { createEventWriter, type Relief } from './event_write.ts';
import type { FoundRowsCache } from './found_rows.ts';
import { extent, type Partition, partitionBytes } from './partition_segments.ts';
import type { Partitions } from './partitions.ts';
import { scans } from './segments.ts';
import { startLimit } from './time_limit.ts';

/** A histogram's split shows this many values; the others are in the bucket's count alone. */
const maxSplitValues = 20;

/** Events in DuckDB files; the contract is {@link EventStore}'s. */
export function createEventStore(
  database: Database,
  partitions: Partitions,
  classes: DataClasses,
  clock: () => number,
  relief: Relief,
  found: FoundRowsCache,
): EventStore {
  const write = createEventWriter(database, partitions, classes, relief);

  const filters = new EventFilters(database, partitions, clock, found);

  /** The most frequent values as JSON text, with their counts. */
  const topOf = (
    request: Filter & { readonly order?: ValueOrder },
    field: string,
    limit: number,
    scope: Scope,
    leftMs: () => number,
  ): Promise<SqlRow[]> =>
    filters.read(request, scope, 'all', leftMs, ({ tables, where, layout }) => {
      const { select: ofField, place, parameters } = fieldValues(field, layout, where);
      const rows = union(tables.map((table) => ofField(table)));
      const direction = request.order === 'rare' ? 'ASC' : 'DESC';
      const sql = `SELECT v, sum(n)::BIGINT AS n FROM ${rows} GROUP BY v ORDER BY n ${direction}, v LIMIT ${place(limit)}`;
      return [sql, parameters];
    });

  /** Counts of the split field's most frequent values, by bucket. */
  async function splitOf(request: Filter, stepMs: number, field: string, scope: Scope, leftMs: () => number) {
    const common = await topOf(request, field, maxSplitValues, scope, leftMs);
    const top = common.map(([value]) => value as string);
    const shares = new Map<number, Record<string, number>>();
    if (top.length === 0) return shares;
    const rows = await filters.read(request, scope, 'all', leftMs, ({ tables, where, layout }) => {
      const { select: ofField, place, parameters } = fieldValues(field, layout, where);
      const bucket = bucketSql('ts', place(stepMs));
      const all = union(tables.map((table) => ofField(table, bucket)));
      const sql = `SELECT b, v, sum(n)::BIGINT FROM ${all} WHERE list_contains(${place(top)}, v) GROUP BY b, v`;
      return [sql, parameters];
    });
    for (const [start, value, count] of rows as unknown as [number, string, number][]) {
      const share = shares.get(start) ?? Object.create(null);
      share[asText(JSON.parse(value) as Json)] = count;
      shares.set(start, share);
    }
    return shares;
  }

  /** Answers how many events went, undefined where all stay since there are more than `most`. */
  const deleteUpTo = (most: number, isMeant: (partition: Partition) => boolean) =>
    database.write(async () => {
      const meant = partitions.all().filter(isMeant);
      const held = meant.reduce((sum, partition) => sum + extent(partition).events, 0);
      if (held > most) return undefined;
      for (const partition of meant) await partitions.drop(partition);
      if (meant.length > 0) found.clear();
      return held;
    });
  const deleteAll = async (isMeant: (partition: Partition) => boolean): Promise<number> =>
    (await deleteUpTo(Number.POSITIVE_INFINITY, isMeant)) ?? 0;

  return {
    write,

    async search(request, scope) {
      const page = await searchPartitions(database, partitions, filters, request, scope);
      return { ...page, items: page.items.map((json) => JSON.parse(json) as EcsEvent) };
    },

    documents: (request, scope) => searchPartitions(database, partitions, filters, request, scope),

    async count(request, scope) {
      const rows = await filters.read(request, scope, 'times', startLimit(), ({ tables, where }) => {
        const each = tables.map((table) => `SELECT count(*) AS n FROM (${select('1 AS one', table, where)})`);
        return [`SELECT sum(n)::BIGINT FROM ${union(each)}`, where.parameters];
      });
      return (rows[0]?.[0] as number | undefined) ?? 0;
    },

    async histogram(request, scope) {
      const { range, stepMs, split } = request;
      const leftMs = startLimit();
      const rows = await filters.read(request, scope, 'times', leftMs, ({ tables, where }) => {
        const bucket = `${bucketSql('ts', `$${where.parameters.length + 1}`)} AS b`;
        const all = union(tables.map((table) => select(bucket, table, where)));
        return [`SELECT b, count(*) FROM ${all} GROUP BY b`, [...where.parameters, stepMs]];
      });
      const total = new Map(rows as unknown as [number, number][]);
      const shares = split === undefined ? undefined : await splitOf(request, stepMs, split, scope, leftMs);
      return buckets(range, stepMs, (start) => ({
        start,
        count: total.get(start) ?? 0,
        ...(shares !== undefined && { split: shares.get(start) ?? {} }),
      }));
    },

    async topValues(request, scope) {
      const rows = await topOf(request, request.field, request.limit, scope, startLimit());
      return rows.map(
        ([value, count]): TopValue => ({
          value: JSON.parse(value as string) as Json,
          count: count as number,
        }),
      );
    },

    async prevalence({ queries, range }, scope) {
      if (queries.length === 0) return [];
      const [row] = await filters.read({ range }, scope, 'all', startLimit(), ({ tables, where, layout }) => {
        const nested = where.nested !== undefined;
        const counts = prevalenceSql(queries, range, clock(), { layout, timeColumn: 'ts', nested });
        return [counts.around(union(tables.map(counts.select))), counts.parameters];
      });
      return prevalencesIn(row, queries.length);
    },

    async get(id, scope) {
      for (const partition of filters.visible(scope).sort((a, b) => extent(b).to - extent(a).to)) {
        const [row] = await partitions.read([partition], (segments) => ({
          sql: `SELECT doc FROM (${scans(segments).map(byId).join(' UNION ALL ')}) LIMIT 1`,
          values: [id],
        }));
        if (row !== undefined) return JSON.parse(row[0] as string) as EcsEvent;
      }
      return undefined;
    },

    async fields(scope) {
      return [...new Set(filters.visible(scope).flatMap(({ paths }) => [...paths]))].sort();
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

const union = (rows: readonly string[]): string => `(${rows.join(' UNION ALL ')})`;

const byId = (rows: string): string => `(SELECT doc FROM ${rows} WHERE id = $1 LIMIT 1)`;

/** When the first of what the archive gave back leaves again. */
function restoredUntil({ sealed }: Partition): { restoredUntil?: number } {
  const ends = sealed.filter(({ state }) => state === 'restored').map(({ until }) => until);
  return ends.length === 0 ? {} : { restoredUntil: Math.min(...ends) };
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
