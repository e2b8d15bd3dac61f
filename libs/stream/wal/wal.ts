import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, Stream } from '../contract.ts';
import { errors } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { createBudget } from './budget.ts';
import { lockDirectory } from './lock.ts';
import { checkName, openStream } from './stream.ts';

export interface WalConfig {
  /** A folder of its own; one process at a time has it open. */
  readonly directory: string;
  /** Partitions of a new stream (default 1). An existing one never loses any. */
  readonly partitions?: number;
  /** A segment ends at about this size (default 64 MiB, at most an eighth of the disk budget). */
  readonly segmentBytes?: number;
  /**
   * How long a group of appends waits for company before it is written: 0 to 10 ms. Default 0: whatever comes while
   * one group is being synced makes the next one, which batches under load and doesn't delay a lone writer.
   */
  readonly groupCommitMs?: number;
  /** A group of this size waits no longer, and no group is much bigger (default 1 MiB). */
  readonly groupCommitBytes?: number;
  /** Disk for all streams together (default 10 GiB). */
  readonly diskBudgetBytes?: number;
  /** Memory, per stream, for what co-located consumers have yet to take (default 64 MiB, estimated). */
  readonly tailBytes?: number;
  readonly log?: Logger;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

const MiB = 1024 * 1024;
const leastSegmentBytes = 4096;

/**
 * A directory of write-ahead logs, one folder per stream. It is taken at the first `open`, which rejects with
 * LOG_LOCKED where another process has it.
 */
export function createWal(config: WalConfig): Log {
  const { directory, partitions = 1, groupCommitMs = 0, log = silentLogger, clock = Date.now } = config;
  const { groupCommitBytes = MiB, diskBudgetBytes = 10 * 1024 * MiB, tailBytes = 64 * MiB } = config;
  if (groupCommitMs < 0 || groupCommitMs > 10) throw new RangeError('groupCommitMs must be 0 to 10');
  if (!Number.isInteger(partitions) || partitions < 1)
    throw new RangeError('partitions must be a whole number from 1');
  const segmentBytes = Math.max(
    leastSegmentBytes,
    Math.min(config.segmentBytes ?? 64 * MiB, diskBudgetBytes / 8),
  );
  const budget = createBudget(diskBudgetBytes);
  const streams = new Map<string, Promise<Stream>>();
  let locked: Promise<() => Promise<void>> | undefined;
  let closing: Promise<void> | undefined;

  async function lock(): Promise<() => Promise<void>> {
    await mkdir(directory, { recursive: true });
    return lockDirectory(directory);
  }

  async function openLocked(name: string, reclaim: boolean): Promise<Stream> {
    locked ??= lock();
    await locked.catch((error: unknown) => {
      locked = undefined;
      throw error;
    });
    const own = { partitions, segmentBytes, groupCommitMs, groupCommitBytes, tailBytes, clock, log, budget };
    return openStream({ name, reclaim, directory: join(directory, name), ...own });
  }

  async function close(): Promise<void> {
    const opened = await Promise.allSettled(streams.values());
    try {
      await Promise.all(
        opened.map((stream) => (stream.status === 'fulfilled' ? stream.value.close() : undefined)),
      );
    } finally {
      const unlock = await locked?.catch(() => undefined);
      await unlock?.();
    }
  }

  return {
    async open(name, { reclaim = true } = {}) {
      if (closing !== undefined) throw errors.STREAM_CLOSED({ stream: name });
      checkName('Stream', name);
      const known = streams.get(name);
      if (known !== undefined) return known;
      const stream = openLocked(name, reclaim);
      streams.set(name, stream);
      stream.catch(() => streams.delete(name));
      return stream;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
