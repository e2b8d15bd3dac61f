import { setTimeout as sleep } from 'node:timers/promises';

/** Undefined where it takes longer than `longestMs`; a store ends what goes on by its own limit. */
export async function inTime<T>(work: Promise<T>, longestMs: number): Promise<T | undefined> {
  const waiting = new AbortController();
  const late = sleep(longestMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    waiting.abort();
    work.catch(() => undefined);
  }
}
