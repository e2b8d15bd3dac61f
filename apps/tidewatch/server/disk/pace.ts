/** A burst may take what this many seconds bring, milliseconds. */
const burstMs = 60_000;

/** Lets so many bytes a second pass, in calls of any size. */
export interface Pace {
  /**
   * 0 where the call may pass, and is counted; else the seconds after which to come again. A call larger than what there
   * is passes when anything is left, and the next wait for it.
   */
  take(bytes: number, bytesPerSecond: number): number;
}

/** @param clock epoch milliseconds */
export function createPace(clock: () => number): Pace {
  let credit = 0;
  let last = clock();
  return {
    take(bytes, bytesPerSecond) {
      const now = clock();
      const earned = (Math.max(0, now - last) / 1_000) * bytesPerSecond;
      credit = Math.min(credit + earned, (bytesPerSecond * burstMs) / 1_000);
      last = now;
      if (credit <= 0) return (1 - credit) / bytesPerSecond;
      credit -= bytes;
      return 0;
    },
  };
}
