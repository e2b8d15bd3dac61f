const leastMs = 250;
const mostMs = 60_000;
/** What was lost after so long a time is lost for the first time. */
const steadyMs = 300_000;

/** How long to wait before what was lost is started again, milliseconds: twice as long each time that it is lost soon after its start. */
export function createPauses(now: () => number = () => performance.now()) {
  let pauseMs = 0;
  let since = now();
  return {
    started(): void {
      since = now();
    },
    next(): number {
      pauseMs = now() - since >= steadyMs ? 0 : Math.min(mostMs, Math.max(leastMs, 2 * pauseMs));
      return pauseMs;
    },
  };
}
