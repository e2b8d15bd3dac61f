import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, OpenOptions, Stream, StreamRetention } from '../contract.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { createStreams } from '../open_streams.ts';
import { createBudget } from './budget.ts';
import { lockDirectory } from './lock.ts';
import { openStream } from './stream.ts';

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
  /** How often retention is looked at, besides whenever a segment is full (default 30,000 ms). */
  readonly retentionCheckMs?: number;
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
  const { directory, groupCommitMs = 0, log = silentLogger, clock = Date.now } = config;
  const { groupCommitBytes = MiB, diskBudgetBytes = 10 * 1024 * MiB, tailBytes = 64 * MiB } = config;
  const { retentionCheckMs = 30_000 } = config;
  if (groupCommitMs < 0 || groupCommitMs > 10) throw new RangeError('groupCommitMs must be 0 to 10');
  checkPartitions(config.partitions ?? 1);
  const budget = createBudget(diskBudgetBytes);
  let locked: Promise<() => Promise<void>> | undefined;

  async function lock(): Promise<() => Promise<void>> {
    await mkdir(directory, { recursive: true });
    return lockDirectory(directory);
  }

  async function openLocked(name: string, options: OpenOptions): Promise<Stream> {
    const { reclaim = true, partitions = config.partitions ?? 1, retention = {} } = options;
    checkPartitions(partitions);
    checkRetention(retention);
    locked ??= lock();
    await locked.catch((error: unknown) => {
      locked = undefined;
      throw error;
    });
    // What is deleted is whole segments, so a limit has room for a few.
    const limit = Math.min(diskBudgetBytes, (retention.bytes ?? Number.POSITIVE_INFINITY) / partitions) / 8;
    const segmentBytes = Math.max(leastSegmentBytes, Math.min(config.segmentBytes ?? 64 * MiB, limit));
    const own = { partitions, segmentBytes, groupCommitMs, groupCommitBytes, tailBytes, clock, log, budget };
    const kept = { reclaim, retention, retentionCheckMs };
    return openStream({ name, directory: join(directory, name), ...kept, ...own });
  }

  return createStreams(openLocked, async () => {
    const unlock = await locked?.catch(() => undefined);
    await unlock?.();
  });
}

function checkPartitions(partitions: number): void {
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 9_999)
    throw new RangeError('partitions must be a whole number from 1 to 9,999');
}

function checkRetention({ ms = 1, bytes = 1 }: StreamRetention): void {
  if (!(ms > 0 && bytes > 0)) throw new RangeError('retention must be over 0 milliseconds and 0 bytes');
}
