import type { EcsEvent, Json } from '@tidewatch/event';
import { buckets } from '../buckets.ts';
import type { DataClasses } from '../classes.ts';
import type { Deletion, EventStore, Scope, SearchRequest, TopValue } from '../contract.ts';
import { createLayout, eventFields } from './columns.ts';
import { bucketSql, compile, fieldValues, select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import { searchPartitions } from './event_search.ts';
import { createEventWriter } from './event_write.ts';
import { fileBytes, type Partition, type Partitions } from './partitions.ts';
import { quoteName } from './quote_name.ts';

type Filter = Pick<SearchRequest, 'query' | 'range'>;

const timeColumns = new Map([['@timestamp', 'ts']]);
/** A histogram's split shows this many values; the others are in the bucket's count alone. */
const maxSplitValues = 20;

/** Events in DuckDB files; the contract is {@link EventStore}'s. */
export function createEventStore(
  database: Database,
  partitions: Partitions,
  classes: DataClasses,
  clock: () => number,
): EventStore {
  const write = createEventWriter(database, partitions, classes);

  const visible = (scope: Scope, range?: Filter['range']): Partition[] =>
    partitions
      .all()
      .filter(({ dataClass }) => scope.dataClasses === 'all' || scope.dataClasses.includes(dataClass))
      .filter(({ from, to }) => range === undefined || (from < range.to && to >= range.from));

  const layoutOf = (sources: readonly Partition[]) =>
    createLayout(eventFields, () => new Set(sources.flatMap(({ paths }) => [...paths])), 'doc', timeColumns);

  const condition = (request: Filter, sources: readonly Partition[]): Where =>
    compile(request.query, request.range, clock(), {
      layout: layoutOf(sources),
      timeColumn: 'ts',
      nested: sources.some(({ nested }) => nested),
    });

  /** Rows of all partitions together, from one `SELECT` of each. */
  async function union(
    sources: readonly Partition[],
    one: (events: string) => string,
    around: (rows: string) => string,
    values: readonly SqlValue[],
  ): Promise<SqlRow[]> {
    // One may have been dropped since it was chosen.
    const present = sources.filter((partition) => partitions.has(partition));
    if (present.length === 0) return [];
    const all = present.map(({ alias }) => one(`${quoteName(alias)}.events`)).join(' UNION ALL ');
    const run = present.reduceRight<() => Promise<SqlRow[]>>(
      (inner, partition) => () => partitions.reading(partition, inner),
      () => database.read(around(`(${all})`), values),
    );
    return run();
  }

  /** The most frequent values as JSON text, with their counts. */
  function topOf(request: Filter, field: string, limit: number, scope: Scope): Promise<SqlRow[]> {
    const sources = visible(scope, request.range);
    const values = fieldValues(field, layoutOf(sources), condition(request, sources));
    return union(
      sources,
      (events) => values.select(events),
      (rows) =>
        `SELECT v, sum(n)::BIGINT AS n FROM ${rows} GROUP BY v ORDER BY n DESC, v LIMIT ${values.place(limit)}`,
      values.parameters,
    );
  }

  /** Counts of the split field's most frequent values, by bucket. */
  async function splitOf(request: Filter, stepMs: number, field: string, scope: Scope) {
    const top = (await topOf(request, field, maxSplitValues, scope)).map(([value]) => value as string);
    const shares = new Map<number, Record<string, number>>();
    if (top.length === 0) return shares;
    const sources = visible(scope, request.range);
    const values = fieldValues(field, layoutOf(sources), condition(request, sources));
    const bucket = bucketSql('ts', values.place(stepMs));
    const rows = await union(
      sources,
      (events) => values.select(events, bucket),
      (all) =>
        `SELECT b, v, sum(n)::BIGINT FROM ${all} WHERE list_contains(${values.place(top)}, v) GROUP BY b, v`,
      values.parameters,
    );
    for (const [start, value, count] of rows as unknown as [number, string, number][]) {
      const share = shares.get(start) ?? Object.create(null);
      share[asText(JSON.parse(value) as Json)] = count;
      shares.set(start, share);
    }
    return shares;
  }

  return {
    write,

    async search(request, scope) {
      const sources = visible(scope, request.range);
      const layout = layoutOf(sources);
      const wheres = new Map<boolean, Where>();
      const whereFor = ({ nested }: Partition): Where => {
        const known =
          wheres.get(nested) ??
          compile(request.query, request.range, clock(), { layout, timeColumn: 'ts', nested });
        wheres.set(nested, known);
        return known;
      };
      return searchPartitions(database, partitions, sources, whereFor, request);
    },

    async count(request, scope) {
      const sources = visible(scope, request.range);
      const where = condition(request, sources);
      const rows = await union(
        sources,
        (events) => `SELECT count(*) AS n FROM (${select('1 AS one', events, where)})`,
        (all) => `SELECT sum(n)::BIGINT FROM ${all}`,
        where.parameters,
      );
      return (rows[0]?.[0] as number | undefined) ?? 0;
    },

    async histogram(request, scope) {
      const { range, stepMs, split } = request;
      const sources = visible(scope, range);
      const where = condition(request, sources);
      const step = `$${where.parameters.length + 1}`;
      const rows = await union(
        sources,
        (events) => select(`${bucketSql('ts', step)} AS b`, events, where),
        (all) => `SELECT b, count(*) FROM ${all} GROUP BY b`,
        [...where.parameters, stepMs],
      );
      const total = new Map(rows as unknown as [number, number][]);
      const shares = split === undefined ? undefined : await splitOf(request, stepMs, split, scope);
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

    async get(id, scope) {
      for (const partition of visible(scope).sort((a, b) => b.to - a.to)) {
        const events = `${quoteName(partition.alias)}.events`;
        const [row] = await partitions.reading(partition, () =>
          database.read(
            `SELECT doc FROM ${events} WHERE rowid IN (SELECT rowid FROM ${events} WHERE id = $1 LIMIT 1)`,
            [id],
          ),
        );
        if (row !== undefined) return JSON.parse(row[0] as string) as EcsEvent;
      }
      return undefined;
    },

    async fields(scope) {
      return [...new Set(visible(scope).flatMap(({ paths }) => [...paths]))].sort();
    },

    async stats() {
      const all = await Promise.all(
        partitions.all().map(async ({ dataClass, name, events, from, to, file }) => ({
          dataClass,
          partition: name,
          events,
          bytes: await fileBytes(file),
          from: events === 0 ? 0 : from,
          to: events === 0 ? 0 : to,
        })),
      );
      const sum = (key: 'events' | 'bytes'): number =>
        all.reduce((total, partition) => total + partition[key], 0);
      return { events: sum('events'), bytes: sum('bytes'), partitions: all };
    },

    expire: (now) =>
      database.write(async () => {
        const deletions: Deletion[] = [];
        for (const partition of partitions.all()) {
          const ttl = classes.get(partition.dataClass)?.ttlMs;
          if (ttl === undefined || partition.period.to + ttl > now) continue;
          await partitions.drop(partition);
          const { dataClass, name, events } = partition;
          deletions.push({ keeper: 'event store', dataClass, what: `partition ${name}`, records: events });
        }
        return deletions;
      }),

    deleteClass: (dataClass) =>
      database.write(async () => {
        let deleted = 0;
        for (const partition of partitions.all().filter((candidate) => candidate.dataClass === dataClass)) {
          await partitions.drop(partition);
          deleted += partition.events;
        }
        return deleted;
      }),

    close: () => database.close(),
  };
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
