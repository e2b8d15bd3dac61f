import { type DataClass, isTidewatchError, type JsonObject } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import type { EventStoreStats } from '../contract.ts';
import { type Deletion, deleteNoted, type TellDeletion } from '../deletion.ts';
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

  async function eventsIn(index: string): Promise<number> {
    const params = { method: 'POST', path: `/${index}/_refresh` };
    // What was written last counts, too, though no search has seen it.
    await request(connection, params, 'counting events', [400, 404]);
    return (await counts(index)).get(index)?.doc_count ?? 0;
  }

  /** Of an index that is closed or not whole nobody knows more than was noted. */
  async function countOf(index: string, noted: number): Promise<number> {
    try {
      return (await eventsIn(index)) || noted;
    } catch (error) {
      if (isTidewatchError(error)) return noted;
      throw error;
    }
  }

  /**
   * Deletes an index; false where another process was faster and tells of it. Its row in the catalogue goes last, so that
   * of two processes one tells, and of one that ends between the two the next run does.
   *
   * @param noted what the catalogue says of it, where it has it
   */
  async function drop(index: string, noted: number | undefined): Promise<boolean> {
    const params = { method: 'DELETE', path: `/${index}` };
    const { status } = await request(connection, params, 'deleting events', [404]);
    const forgot = await catalogue.forget(index);
    return forgot || (noted === undefined && status !== 404);
  }

  /** Deletes an index, and answers how many events were in it. */
  async function dropCounted(index: string, noted: number | undefined): Promise<number> {
    const events = await countOf(index, noted ?? 0);
    return (await drop(index, noted)) ? events : 0;
  }

  /** What the cluster's own policies deleted, or somebody by hand, or a process that ended before it told. */
  async function tellOfGone(
    known: ReadonlyMap<string, number>,
    held: ReadonlySet<string>,
    tell: TellDeletion,
  ): Promise<void> {
    for (const [index, records] of known)
      if (!held.has(index) && (await catalogue.forget(index)))
        await tell(deletion(index, records, { reason: 'found to be gone from the cluster' }));
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

    async expire(now: number, tell: TellDeletion): Promise<void> {
      const known = await catalogue.known();
      const held = await heldIndices(eventIndices);
      await tellOfGone(known, new Set(held), tell);
      const failures: unknown[] = [];
      for (const index of held.filter((one) => isPast(one, now)))
        try {
          const noted = known.get(index);
          const events = await countOf(index, noted ?? 0);
          await deleteNoted(tell, deletion(index, events), async (gone) => {
            if (await drop(index, noted)) gone(events);
          });
        } catch (error) {
          failures.push(error);
        }
      await catalogue.note(
        new Map([...(await counts(eventIndices))].map(([index, one]) => [index, one.doc_count])),
      );
      if (failures.length > 0) throw failures[0];
    },

    async deleteClass(dataClass: DataClass): Promise<number> {
      const known = await catalogue.known();
      let deleted = 0;
      for (const index of await heldIndices(eventIndex(dataClass, '*')))
        deleted += await dropCounted(index, known.get(index));
      return deleted;
    },

    async deletePartition(
      dataClass: DataClass,
      partition: string,
      most = Number.POSITIVE_INFINITY,
    ): Promise<number | undefined> {
      // Other names are no partition's, and could be patterns.
      if (partitionPeriod(partition) === undefined) return 0;
      const index = eventIndex(dataClass, partition);
      if ((await heldIndices(index)).length === 0) return 0;
      if (Number.isFinite(most) && (await eventsIn(index)) > most) return undefined;
      return dropCounted(index, (await catalogue.known()).get(index));
    },
  };

  function isPast(index: string, now: number): boolean {
    const place = partitionOf(index);
    const ttl = place && classes.get(place.dataClass)?.ttlMs;
    const period = place && partitionPeriod(place.partition);
    return ttl !== undefined && period !== undefined && period.to + ttl <= now;
  }
}

function deletion(index: string, records: number, more: Pick<Deletion, 'reason'> = {}): Deletion {
  const { dataClass, partition } = partitionOf(index) ?? { dataClass: 'unknown', partition: index };
  return { keeper: 'event store', dataClass, what: `partition ${partition}`, records, ...more };
}
