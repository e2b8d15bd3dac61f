import type { Logger } from '@tidewatch/telemetry';

/** Counts something that may happen very often, and says so in the log at most once a minute. */
export interface Tally {
  add(by?: number): void;
  readonly total: number;
  /** Logs what was not logged yet. */
  flush(): void;
}

const quietMs = 60_000;

/** @param message of the log line, which has the count since the last one and in total */
export function createTally(
  log: Logger,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  clock: () => number = Date.now,
): Tally {
  let total = 0;
  let logged = 0;
  let last = Number.NEGATIVE_INFINITY;
  const flush = (): void => {
    if (total === logged) return;
    log.warn({ ...details, count: total - logged, total }, message);
    logged = total;
    last = clock();
  };
  return {
    add(by = 1) {
      total += by;
      if (clock() - last >= quietMs) flush();
    },
    get total() {
      return total;
    },
    flush,
  };
}
