import { setImmediate } from 'node:timers/promises';
import type { NewRecord } from '../contract.ts';

/** One append that waits to become durable. */
export interface Waiting {
  readonly records: readonly NewRecord[];
  readonly bytes: number;
  readonly resolve: (firstOffset: number) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  /** @returns the offset of the first record, the others follow on it */
  append(records: readonly NewRecord[], bytes: number): Promise<number>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/**
 * Gathers appends and makes each group durable at once. What comes while one group is written makes the next, so a
 * lone writer waits for nobody and many writers share a sync.
 *
 * @param config `waitMs`: how long a group waits for company, 0 for the rest of the tick; `maxBytes`: when it no longer waits
 * @param commit settles every member of the group, and never rejects
 */
export function createGroupCommit(
  config: { readonly waitMs: number; readonly maxBytes: number },
  commit: (group: readonly Waiting[], bytes: number) => Promise<void>,
): GroupCommit {
  let pending: Waiting[] = [];
  let pendingBytes = 0;
  let running: Promise<void> | undefined;
  let hurry: (() => void) | undefined;

  async function gather(): Promise<void> {
    if (config.waitMs === 0) return setImmediate();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, config.waitMs);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    hurry = undefined;
  }

  function takeGroup(): { group: Waiting[]; bytes: number } {
    let bytes = 0;
    let count = 0;
    while (count < pending.length && (count === 0 || bytes < config.maxBytes)) {
      bytes += (pending[count] as Waiting).bytes;
      count++;
    }
    const group = count === pending.length ? pending : pending.slice(0, count);
    pending = count === pending.length ? [] : pending.slice(count);
    pendingBytes -= bytes;
    return { group, bytes };
  }

  async function run(): Promise<void> {
    await gather();
    while (pending.length > 0) {
      const { group, bytes } = takeGroup();
      await commit(group, bytes);
    }
    running = undefined;
  }

  return {
    append(records, bytes) {
      return new Promise((resolve, reject) => {
        pending.push({ records, bytes, resolve, reject });
        pendingBytes += bytes;
        if (pendingBytes >= config.maxBytes) hurry?.();
        running ??= run();
      });
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}
