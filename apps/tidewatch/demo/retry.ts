import { setTimeout as sleep } from 'node:timers/promises';

/** What an attempt says when the receiver is not ready: another may work. */
export interface TryAgain {
  /** Seconds the receiver asked to wait, if it did. */
  readonly afterSeconds?: number;
  readonly reason: string;
}

/** Pauses between attempts in milliseconds, some 40 s in all; then the batch is given up. */
const pauses = [100, 200, 400, 800, 1_500, 3_000, 5_000, 5_000, 5_000, 10_000, 10_000] as const;

/**
 * Runs an attempt until it is done (undefined), stopped, or given up, in which case its last reason is answered.
 * Never rejects: what an attempt throws counts as a reason to try again.
 */
export async function retry(
  attempt: () => Promise<TryAgain | undefined>,
  signal: AbortSignal,
): Promise<string | undefined> {
  let reason = '';
  for (const pause of [0, ...pauses]) {
    try {
      if (pause > 0) await sleep(pause, undefined, { signal });
      if (signal.aborted) return undefined;
      const again = await attempt();
      if (again === undefined) return undefined;
      reason = again.reason;
      if (again.afterSeconds !== undefined)
        await sleep(Math.min(again.afterSeconds, 30) * 1_000, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      reason = error instanceof Error ? causeOf(error) : String(error);
    }
  }
  return reason;
}

/** fetch hides `ECONNREFUSED` in the cause of a plain `fetch failed`. */
function causeOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error
    ? `${error.message} (${(cause as NodeJS.ErrnoException).code ?? cause.message})`
    : error.message;
}
