import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Consumer,
  GroupLag,
  NewRecord,
  Position,
  Stream,
  StreamRecord,
  StreamRetention,
} from '../contract.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { checkName } from '../names.ts';
import type { Budget } from './budget.ts';
import { createConsumer } from './consumer.ts';
import { createDamageBook } from './damage.ts';
import type { Deletable } from './deletable.ts';
import { createMeasure, maxRecordBytes } from './format.ts';
import { type Group, openGroups } from './groups.ts';
import { marksName } from './marks.ts';
import { openPartition, type Partition } from './partition.ts';
import { createRetention, longestSegment } from './retention.ts';
import { segmentPattern } from './segment.ts';

export interface StreamConfig {
  readonly name: string;
  readonly directory: string;
  /** Whether pressure on the disk may delete what every group has read. */
  readonly reclaim: boolean;
  readonly retention: StreamRetention;
  readonly retentionCheckMs: number;
  readonly partitions: number;
  readonly segmentBytes: number;
  readonly groupCommitMs: number;
  readonly groupCommitBytes: number;
  readonly tailBytes: number;
  readonly clock: () => number;
  readonly log: Logger;
  readonly budget: Budget;
}

const retryAfter = 5;

export async function openStream(config: StreamConfig): Promise<Stream> {
  const { name, directory, budget, log, clock } = config;
  await mkdir(directory, { recursive: true });
  const groups = await openGroups(join(directory, 'groups'), log);
  const damage = createDamageBook(name, join(directory, 'quarantine'), log);
  const partitions: Partition[] = [];
  const retention = createRetention({ ...config, stream: name, partitions, groups });
  const count = Math.max((await listPartitions(directory)).length, config.partitions);
  if (count !== config.partitions)
    log.warn(
      { stream: name, found: count, configured: config.partitions },
      'the number of partitions changed: keys may move, none is removed',
    );
  for (let id = 0; id < count; id++) {
    const place = { stream: name, partition: id, directory: join(directory, String(id)) };
    const own = { ...config, ...place, damage, rolled: retention.check };
    partitions.push(
      await openPartition({ ...own, tailBytes: config.tailBytes / count }, groups.furthest(id)),
    );
  }
  const consumers = new Map<string, Promise<Consumer>>();
  let closing: Promise<void> | undefined;

  async function reclaim(): Promise<boolean> {
    const { used } = budget;
    await retention.check();
    if (budget.used < used) return true;
    if (!config.reclaim) return false;
    for (const partition of partitions) {
      const read = groups.readByAll(partition.id);
      // Without groups everything counts as unread: only retention deletes there.
      if (!Number.isFinite(read) || closing !== undefined) continue;
      let first = true;
      const { bytes } = await partition.deleteSegments(({ end }) => {
        const gone = first && end <= read;
        first = false;
        return gone;
      });
      if (bytes > 0) return true;
    }
    return false;
  }

  budget.onPressure(() =>
    reclaim().catch((error: unknown) => {
      log.error({ stream: name, err: error }, 'what is read could not be deleted to make room');
      return false;
    }),
  );
  await retention.check();

  /** Partition numbers of the records, and the bytes they take in all. */
  function measure(records: readonly NewRecord[]): { total: number; shares: Share[] } {
    const bytesOf = createMeasure();
    let total = 0;
    const shares: Share[] = partitions.map(() => ({ records: [], bytes: 0, places: [] }));
    for (let place = 0; place < records.length; place++) {
      const record = records[place] as NewRecord;
      const bytes = bytesOf(record);
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
    await retention.close();
    try {
      for (const consumer of await Promise.allSettled(consumers.values()))
        if (consumer.status === 'fulfilled') await consumer.value.close();
      await groups.flush();
    } finally {
      await Promise.all(partitions.map((partition) => partition.close()));
    }
  }

  function assertOpen(): void {
    if (closing !== undefined) throw errors.STREAM_CLOSED({ stream: name });
  }

  /** So that a segment which is written to for long does not keep what is before `before`. */
  async function endOldSegments(before: number): Promise<void> {
    assertOpen();
    await retention.check();
    await groups.flush();
    const rolled = clock() - longestSegment(clock() - before);
    // A full disk may have no room for another segment; then the newest stays for now.
    for (const partition of partitions) await partition.rollBefore(rolled).catch(() => {});
  }

  function isDue({ id }: Partition, before: number): (segment: Deletable) => boolean {
    const read = groups.readByAll(id);
    return ({ newest, end }) => newest < before && end <= read;
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
      // Nothing of a refused append is still being written when its caller hears of it.
      const written = await Promise.allSettled(
        shares.map(async (share, partition) => {
          if (share.records.length === 0) return;
          const first = await (partitions[partition] as Partition).append(share.records, share.bytes);
          share.places.forEach((place, i) => {
            positions[place] = { partition, offset: first + i };
          });
        }),
      );
      for (const share of written) if (share.status === 'rejected') throw share.reason;
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
      deletedUnread: retention.deletedUnread,
    }),

    relieve: budget.relieve,

    async forgetGroup(name) {
      assertOpen();
      if (consumers.has(name)) throw errors.GROUP_TAKEN({ group: name, stream: config.name });
      await groups.forget(name);
    },

    async dueBefore(before) {
      await endOldSegments(before);
      const due = await Promise.all(
        partitions.map(async (partition) => ({
          partition: partition.id,
          records: await partition.countRecords(isDue(partition, before)),
        })),
      );
      return due.filter(({ records }) => records > 0);
    },

    async deleteBefore(before) {
      await endOldSegments(before);
      const deleted = { records: 0, bytes: 0 };
      for (const partition of partitions) {
        const { records, bytes } = await partition.deleteSegments(isDue(partition, before));
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

/**
 * The partitions that a stream has, from 0: once made they stay, since positions name them. A folder without anything
 * of a partition in it is none; one that is missing below another is.
 */
export async function listPartitions(directory: string): Promise<number[]> {
  let count = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/^(0|[1-9]\d{0,3})$/.test(entry.name)) continue;
    const files = await readdir(join(directory, entry.name));
    if (files.some((name) => name === marksName || segmentPattern.test(name)))
      count = Math.max(count, Number(entry.name) + 1);
  }
  return Array.from({ length: count }, (_, id) => id);
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
