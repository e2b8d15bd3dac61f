import { type DataClass, isTidewatchError, type JsonObject } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import type { Deletion, EventStoreStats } from '../contract.ts';
import { partitionPeriod } from '../partition.ts';
import type { OpenSearchConnection } from './client.ts';
import { eventIndex, eventIndices, partitionOf } from './index_name.ts';
import { createPartitionCatalogue } from './partition_catalogue.ts';
import { readRequest, searchIndices } from './read.ts';
import { request } from './request.ts';

interface IndexStats {
  readonly indices?: Readonly<
    Record<string, { readonly total: { readonly store: { readonly size_in_bytes: number } } }>
  >;
}

interface ResolvedIndices {
  readonly indices?: readonly { readonly name: string }[];
}

interface IndexCounts {
  readonly indices: {
    readonly buckets: readonly {
      readonly key: string;
      readonly doc_count: number;
      readonly from: { readonly value: number | null };
      readonly to: { readonly value: number | null };
    }[];
  };
}

/** More indices than a cluster's default limits of shards allow. */
const maxIndices = 10_000;

/** The time partitions of events, each an index. */
export function createEventPartitions(connection: OpenSearchConnection, classes: DataClasses) {
  const catalogue = createPartitionCatalogue(connection, maxIndices);

  const indexStats = async (): Promise<NonNullable<IndexStats['indices']>> =>
    (await readRequest<IndexStats>(connection, eventIndices, '_stats/docs,store', {}, 'the sizes of indices'))
      .indices ?? {};

  async function counts(indices: string, aggs: JsonObject = {}) {
    const terms = { field: '_index', size: maxIndices };
    const answer = await searchIndices<never, IndexCounts>(
      connection,
      indices,
      { size: 0, track_total_hits: false, aggs: { indices: { terms, aggs } } },
      'counting events',
    );
    return new Map(answer.aggregations?.indices.buckets.map((one) => [one.key, one]) ?? []);
  }

  /** Every index of a pattern, those that somebody closed, too. */
  async function heldIndices(pattern: string): Promise<string[]> {
    const querystring = { expand_wildcards: 'all' };
    const params = { method: 'GET', path: `/_resolve/index/${pattern}`, querystring };
    const { body } = await request<ResolvedIndices>(connection, params, 'the names of indices', [404]);
    return (body.indices ?? []).map(({ name }) => name);
  }

  /** So far as that can be told: of an index that is closed or not whole nobody knows. */
  async function eventsIn(index: string): Promise<number> {
    try {
      // What was written last counts, too, though no search has seen it.
      await request(
        connection,
        { method: 'POST', path: `/${index}/_refresh` },
        'counting events',
        [400, 404],
      );
      return (await counts(index)).get(index)?.doc_count ?? 0;
    } catch (error) {
      if (isTidewatchError(error)) return 0;
      throw error;
    }
  }

  /**
   * Deletes indices; how many events were in each that was there. One that cannot be deleted keeps none of the others: it
   * is said where nothing else is, since what was deleted must be told.
   */
  async function drop(indices: readonly string[]): Promise<Map<string, number>> {
    const dropped = new Map<string, number>();
    let failure: unknown;
    for (const index of indices) {
      const events = await eventsIn(index);
      const params = { method: 'DELETE', path: `/${index}` };
      try {
        await catalogue.forget(index);
        const { status } = await request(connection, params, 'deleting events', [404]);
        // Another process may have been faster, and reports it.
        if (status !== 404) dropped.set(index, events);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined && dropped.size === 0) throw failure;
    return dropped;
  }

  /** What the cluster's own policies deleted, or somebody by hand: nobody else tells of it. */
  async function goneWithoutUs(
    known: ReadonlyMap<string, number>,
    held: ReadonlySet<string>,
  ): Promise<Deletion[]> {
    const deletions: Deletion[] = [];
    for (const [index, records] of known)
      if (!held.has(index) && (await catalogue.forget(index)))
        deletions.push(
          ...deletion(index, records, { reason: 'deleted in the cluster, and not by Tidewatch' }),
        );
    return deletions;
  }

  return {
    async stats(): Promise<EventStoreStats> {
      const sizes = await indexStats();
      const found = await counts(eventIndices, {
        from: { min: { field: '@timestamp' } },
        to: { max: { field: '@timestamp' } },
      });
      const partitions = Object.entries(sizes).flatMap(([index, { total }]) => {
        const place = partitionOf(index);
        if (place === undefined) return [];
        const { doc_count: events = 0, from, to } = found.get(index) ?? {};
        return {
          ...place,
          events,
          bytes: total.store.size_in_bytes,
          from: from?.value ?? 0,
          to: to?.value ?? 0,
        };
      });
      const sum = (key: 'events' | 'bytes'): number => partitions.reduce((all, one) => all + one[key], 0);
      return { events: sum('events'), bytes: sum('bytes'), partitions };
    },

    async expire(now: number): Promise<Deletion[]> {
      const known = await catalogue.known();
      const held = await heldIndices(eventIndices);
      const deletions = await goneWithoutUs(known, new Set(held));
      const past = held.filter((index) => {
        const place = partitionOf(index);
        const ttl = place && classes.get(place.dataClass)?.ttlMs;
        const period = place && partitionPeriod(place.partition);
        return ttl !== undefined && period !== undefined && period.to + ttl <= now;
      });
      for (const [index, records] of await drop(past)) deletions.push(...deletion(index, records));
      await catalogue.note(
        new Map([...(await counts(eventIndices))].map(([index, one]) => [index, one.doc_count])),
      );
      return deletions;
    },

    async deleteClass(dataClass: DataClass): Promise<number> {
      const all = await heldIndices(eventIndex(dataClass, '*'));
      return [...(await drop(all)).values()].reduce((sum, records) => sum + records, 0);
    },

    async deletePartition(dataClass: DataClass, partition: string): Promise<number> {
      // Other names are no partition's, and could be patterns.
      if (partitionPeriod(partition) === undefined) return 0;
      const index = eventIndex(dataClass, partition);
      return (await drop(await heldIndices(index))).get(index) ?? 0;
    },
  };
}

function deletion(index: string, records: number, more: Pick<Deletion, 'reason'> = {}): Deletion[] {
  const place = partitionOf(index);
  if (place === undefined) return [];
  const { dataClass, partition } = place;
  return [{ keeper: 'event store', dataClass, what: `partition ${partition}`, records, ...more }];
}
