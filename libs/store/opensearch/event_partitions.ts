import type { DataClass, JsonObject } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import type { Deletion, EventStoreStats } from '../contract.ts';
import { partitionPeriod } from '../partition.ts';
import type { OpenSearchConnection } from './client.ts';
import { eventIndex, eventIndices, partitionOf } from './index_name.ts';
import { readRequest, searchIndices } from './read.ts';
import { request } from './request.ts';

interface IndexStats {
  readonly indices?: Readonly<
    Record<string, { readonly total: { readonly store: { readonly size_in_bytes: number } } }>
  >;
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
  const indexStats = async (indices: string): Promise<NonNullable<IndexStats['indices']>> =>
    (await readRequest<IndexStats>(connection, indices, '_stats/docs,store', {}, 'the sizes of indices'))
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

  /** Deletes indices; how many events were in each that was there. */
  async function drop(indices: readonly string[]): Promise<Map<string, number>> {
    const dropped = new Map<string, number>();
    for (const index of indices) {
      // What was written last counts, too, though no search has seen it.
      await request(connection, { method: 'POST', path: `/${index}/_refresh` }, 'counting events', [404]);
      const events = (await counts(index)).get(index)?.doc_count ?? 0;
      const { status } = await request(
        connection,
        { method: 'DELETE', path: `/${index}` },
        'deleting events',
        [404],
      );
      // Another process may have been faster, and reports it.
      if (status !== 404) dropped.set(index, events);
    }
    return dropped;
  }

  return {
    async stats(): Promise<EventStoreStats> {
      const sizes = await indexStats(eventIndices);
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
      const past = Object.keys(await indexStats(eventIndices)).filter((index) => {
        const place = partitionOf(index);
        const ttl = place && classes.get(place.dataClass)?.ttlMs;
        const period = place && partitionPeriod(place.partition);
        return ttl !== undefined && period !== undefined && period.to + ttl <= now;
      });
      return [...(await drop(past))].flatMap(([index, records]) => {
        const place = partitionOf(index);
        if (place === undefined) return [];
        const { dataClass, partition } = place;
        return { keeper: 'event store', dataClass, what: `partition ${partition}`, records };
      });
    },

    async deleteClass(dataClass: DataClass): Promise<number> {
      const all = Object.keys(await indexStats(eventIndex(dataClass, '*')));
      return [...(await drop(all)).values()].reduce((sum, records) => sum + records, 0);
    },
  };
}
