import type { StreamRetention } from '../contract.ts';
import type { Logger } from '../logger.ts';
import type { Deletable } from './deletable.ts';
import type { Groups } from './groups.ts';
import type { Partition } from './partition.ts';

interface RetentionConfig {
  readonly stream: string;
  readonly retention: StreamRetention;
  readonly retentionCheckMs: number;
  readonly partitions: readonly Partition[];
  readonly groups: Groups;
  readonly clock: () => number;
  readonly log: Logger;
}

/** Deletes of one stream what is too old or too much, by whole segments. */
export interface Retention {
  /** Records deleted so far that a group had not read. */
  readonly deletedUnread: number;
  /** Looks now; a look under way is joined. Never rejects. */
  readonly check: () => Promise<void>;
  close(): Promise<void>;
}

/** Of a segment, which is deleted as a whole: a day, the smallest time partition of the store. Milliseconds. */
export const segmentMs = 86_400_000;

/** A newest segment older than this is ended, so that nothing outlives a time to live by more. Milliseconds. */
export const longestSegment = (ttlMs: number): number => Math.min(Math.max(0, ttlMs) / 8, segmentMs);

export function createRetention(config: RetentionConfig): Retention {
  const { stream, partitions, groups, clock, log } = config;
  const { ms, bytes, hard = false } = config.retention;
  let deletedUnread = 0;
  let checking: Promise<void> | undefined;
  let closed = ms === undefined && bytes === undefined;
  const timer = closed ? undefined : setInterval(() => void check(), config.retentionCheckMs).unref();

  /** Deletes from the oldest segment on while `over` says so and every group has read, or need not. */
  async function remove(partition: Partition, over: (segment: Deletable) => boolean): Promise<number> {
    let read = 0;
    const deleted = await partition.deleteSegments((segment) => {
      read = groups.readByAll(partition.id);
      return over(segment) && (hard || segment.end <= read);
    });
    const records = deleted.spans.reduce(
      (sum, { begin, end }) => sum + Math.max(0, end - Math.max(begin, read)),
      0,
    );
    if (records > 0) {
      deletedUnread += records;
      log.error(
        { stream, partition: partition.id, records, bytes: deleted.bytes },
        'retention deleted records that a group had not read: they are over the hard limit',
      );
    }
    return deleted.bytes;
  }

  async function removeOld(ttl: number): Promise<void> {
    for (const partition of partitions) {
      await partition.rollBefore(clock() - longestSegment(ttl));
      await remove(partition, ({ newest }) => newest < clock() - ttl);
    }
  }

  async function removeLarge(limit: number): Promise<void> {
    let excess = partitions.reduce((sum, partition) => sum + partition.bytes, 0) - limit;
    // The oldest record first, whichever partition it is in.
    const ages = partitions.map((partition) => partition.appendedAt(partition.first) ?? 0);
    const oldestFirst = [...partitions].sort((a, b) => (ages[a.id] as number) - (ages[b.id] as number));
    for (const partition of oldestFirst) {
      let left = excess;
      excess -= await remove(partition, ({ active, size }) => {
        const gone = left > 0 && !active;
        left -= size;
        return gone;
      });
    }
  }

  async function run(): Promise<void> {
    try {
      if (ms !== undefined) await removeOld(ms);
      if (bytes !== undefined) await removeLarge(bytes);
    } catch (error) {
      log.error({ stream, err: error }, 'retention could not delete; trying again');
    }
    checking = undefined;
  }

  function check(): Promise<void> {
    if (!closed) checking ??= run();
    return checking ?? Promise.resolve();
  }

  return {
    get deletedUnread() {
      return deletedUnread;
    },
    check,
    async close() {
      closed = true;
      clearInterval(timer);
      await checking;
    },
  };
}
