import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Consumer, GroupLag, NewRecord, Position, Stream, StreamRecord } from '../contract.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Budget } from './budget.ts';
import { createConsumer } from './consumer.ts';
import { createDamageBook } from './damage.ts';
import { maxRecordBytes, recordBytes } from './format.ts';
import { type Group, openGroups } from './groups.ts';
import { openPartition, type Partition } from './partition.ts';

export interface StreamConfig {
  readonly name: string;
  readonly directory: string;
  /** Whether pressure on the disk may delete what every group has read. */
  readonly reclaim: boolean;
  readonly partitions: number;
  readonly segmentBytes: number;
  readonly groupCommitMs: number;
  readonly groupCommitBytes: number;
  readonly tailBytes: number;
  readonly clock: () => number;
  readonly log: Logger;
  readonly budget: Budget;
}

const namePattern = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const retryAfter = 5;

/** Names become file names, so they are checked before anything is opened. */
export function checkName(kind: 'Stream' | 'Group', name: string): void {
  if (!namePattern.test(name)) throw errors.STREAM_NAME({ kind, name: JSON.stringify(name) });
}

export async function openStream(config: StreamConfig): Promise<Stream> {
  const { name, directory, budget, log, clock } = config;
  await mkdir(directory, { recursive: true });
  const groups = await openGroups(join(directory, 'groups'), log);
  const damage = createDamageBook(name, join(directory, 'quarantine'), log);
  const partitions: Partition[] = [];
  const count = await partitionCount(config);
  for (let id = 0; id < count; id++) {
    const own = { ...config, stream: name, partition: id, directory: join(directory, String(id)), damage };
    partitions.push(
      await openPartition({ ...own, tailBytes: config.tailBytes / count }, groups.furthest(id)),
    );
  }
  const consumers = new Map<string, Promise<Consumer>>();
  let closing: Promise<void> | undefined;

  budget.onPressure(async () => {
    if (!config.reclaim) return false;
    for (const partition of partitions) {
      const read = groups.readByAll(partition.id);
      // Without groups everything counts as unread: only retention deletes there.
      if (!Number.isFinite(read) || closing !== undefined) continue;
      const { bytes } = await partition.deleteSegments(Number.POSITIVE_INFINITY, read, 1);
      if (bytes > 0) return true;
    }
    return false;
  });

  /** Partition numbers of the records, and the bytes they take in all. */
  function measure(records: readonly NewRecord[]): { total: number; shares: Share[] } {
    let total = 0;
    const shares: Share[] = partitions.map(() => ({ records: [], bytes: 0, places: [] }));
    for (let place = 0; place < records.length; place++) {
      const record = records[place] as NewRecord;
      const bytes = recordBytes(record);
      if (bytes > maxRecordBytes) throw errors.RECORD_TOO_LARGE({ bytes, limit: maxRecordBytes });
      const share = shares[partitionOf(record.key, count)] as Share;
      share.records.push(record);
      share.places.push(place);
      share.bytes += bytes;
      total += bytes;
    }
    return { total, shares };
  }

  async function close(): Promise<void> {
    await Promise.all(partitions.map((partition) => partition.flush()));
    for (const consumer of await Promise.allSettled(consumers.values()))
      if (consumer.status === 'fulfilled') await consumer.value.close();
    await groups.flush();
    await Promise.all(partitions.map((partition) => partition.close()));
  }

  function assertOpen(): void {
    if (closing !== undefined) throw errors.STREAM_CLOSED({ stream: name });
  }

  return {
    name,
    async append(records) {
      assertOpen();
      const { total, shares } = measure(records);
      // Without a pause where there is room, so that appends keep the order of the calls, also into a close.
      if (!budget.take(total) && !(await budget.makeRoom(total)))
        throw errors.STREAM_FULL({ stream: name, used: budget.used, limit: budget.limit, retryAfter });
      if (closing !== undefined) {
        budget.give(total);
        assertOpen();
      }
      const positions = new Array<Position>(records.length);
      await Promise.all(
        shares.map(async (share, partition) => {
          if (share.records.length === 0) return;
          const first = await (partitions[partition] as Partition).append(share.records, share.bytes);
          share.places.forEach((place, i) => {
            positions[place] = { partition, offset: first + i };
          });
        }),
      );
      return positions;
    },

    async subscribe(subscription) {
      assertOpen();
      checkName('Group', subscription.group);
      if (consumers.has(subscription.group))
        throw errors.GROUP_TAKEN({ group: subscription.group, stream: name });
      const group = groups.open(subscription.group);
      const closed = () => consumers.delete(subscription.group);
      const consumer = createConsumer({ stream: name, subscription, group, partitions, log, closed });
      consumers.set(subscription.group, consumer);
      consumer.catch(closed);
      return consumer;
    },

    async read({ partition, offset }, limit) {
      const source = partitions[partition];
      const records: StreamRecord[] = [];
      for (let next = offset; source !== undefined && records.length < limit; ) {
        const more = await source.fetch(next, limit - records.length);
        const last = more.at(-1);
        if (last === undefined) break;
        for (const record of more) records.push(record);
        next = last.position.offset + 1;
      }
      return records;
    },

    stats: async () => ({
      stream: name,
      partitions: partitions.map(({ id, first, end }) => ({ partition: id, first, next: end })),
      bytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
      groups: [...groups.all()].map((group) => lagOf(group, partitions, clock())),
      damage: { ...damage.counts },
    }),

    async forgetGroup(name) {
      assertOpen();
      if (consumers.has(name)) throw errors.GROUP_TAKEN({ group: name, stream: config.name });
      await groups.forget(name);
    },

    async deleteBefore(before) {
      assertOpen();
      await groups.flush();
      const deleted = { records: 0, bytes: 0 };
      for (const partition of partitions) {
        const read = groups.readByAll(partition.id);
        const { records, bytes } = await partition.deleteSegments(before, read, Number.POSITIVE_INFINITY);
        deleted.records += records;
        deleted.bytes += bytes;
      }
      return deleted;
    },

    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

interface Share {
  readonly records: NewRecord[];
  /** Where each record stands in the append. */
  readonly places: number[];
  bytes: number;
}

/** Partitions once made stay, since positions name them. */
async function partitionCount({ name, directory, partitions, log }: StreamConfig): Promise<number> {
  const found = (await readdir(directory)).filter((entry) => /^\d+$/.test(entry)).length;
  if (found > 0 && found !== partitions)
    log.warn(
      { stream: name, found, configured: partitions },
      'the number of partitions changed: keys may move, none is removed',
    );
  return Math.max(found, partitions);
}

/** FNV-1a over UTF-16 units: the same for a key for ever. */
function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}

function lagOf(group: Group, partitions: readonly Partition[], now: number): GroupLag {
  let records = 0;
  let oldest = now;
  for (const partition of partitions) {
    const position = Math.max(group.position(partition.id) ?? 0, partition.first);
    if (position >= partition.end) continue;
    records += partition.end - position;
    oldest = Math.min(oldest, partition.appendedAt(position) ?? now);
  }
  return { group: group.name, records, seconds: (now - oldest) / 1_000 };
}
