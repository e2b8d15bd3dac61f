/** A model that failed: its events have no scores until it is tried again. Times are epoch milliseconds. */
export interface Suspended {
  readonly model: string;
  readonly reason: string;
  readonly since: number;
  readonly until: number;
}

/** Batches in a row that a model may fail on. */
const patience = 3;
const firstMs = 60_000;
const longestMs = 3_600_000;

/** Which models are suspended. After a while each is tried again; should it fail at once, for twice as long the next time. */
export function createSuspensions(now: () => number = Date.now) {
  const states = new Map<string, { failures: number; pauseMs: number; suspended: Suspended | undefined }>();
  const stateOf = (model: string) => {
    const state = states.get(model) ?? { failures: 0, pauseMs: firstMs, suspended: undefined };
    states.set(model, state);
    return state;
  };

  return {
    /** Models that are not to be asked now. */
    current: (): readonly Suspended[] =>
      [...states.values()].flatMap(({ suspended }) =>
        suspended !== undefined && suspended.until > now() ? [suspended] : [],
      ),
    /** @param atOnce it took the thread with it; @returns what it is suspended for from now on */
    failed(model: string, reason: string, atOnce = false): Suspended | undefined {
      const state = stateOf(model);
      state.failures++;
      if (!atOnce && state.suspended === undefined && state.failures < patience) return undefined;
      const since = now();
      state.suspended = { model, reason, since, until: since + state.pauseMs };
      state.pauseMs = Math.min(longestMs, state.pauseMs * 2);
      return state.suspended;
    },
    worked(model: string): void {
      states.delete(model);
    },
  };
}
