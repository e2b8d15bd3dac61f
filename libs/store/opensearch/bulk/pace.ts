/** How many bulk requests may be under way: found by additive increase and multiplicative decrease. */
export interface Pace {
  /** At least 1. */
  limit(): number;
  /** A request of so many bytes, sent at `startedAt`, was answered after `ms` beside so many `others`. */
  answered(startedAt: number, ms: number, bytes: number, others: number): void;
  /** The server asked for less, or did not answer a request sent at `startedAt`. Milliseconds of one clock. */
  overloaded(startedAt: number): void;
}

/** Smaller requests say more about the fixed cost of a request than about load. */
const tellingBytes = 128 * 1024;
/** A request this much slower than one alone waits behind others. */
const slowFactor = 2.5;

/**
 * Begins at one request and adds one per round of answers while all of the limit is in use and the time per byte stays
 * near that of a request alone; takes a tenth away when it does not, and half on overload: once per round trip, since requests
 * sent before the last decrease say nothing new.
 */
export function createPace(most: number, now: () => number = () => performance.now()): Pace {
  let limit = 1;
  let best = Number.POSITIVE_INFINITY;
  let decreasedAt = Number.NEGATIVE_INFINITY;
  const decrease = (startedAt: number, factor: number) => {
    if (startedAt < decreasedAt) return;
    limit = Math.max(1, limit * factor);
    decreasedAt = now();
  };
  return {
    limit: () => Math.floor(limit),
    answered(startedAt, ms, bytes, others) {
      if (bytes < tellingBytes) return;
      const perByte = ms / bytes;
      // A request alone is the measure, again and again: a cluster that lost a node is never as fast as it was.
      best = others === 0 ? perByte : Math.min(best, perByte);
      if (perByte > slowFactor * best) decrease(startedAt, 0.9);
      else if (others + 1 >= Math.floor(limit)) limit = Math.min(most, limit + 1 / limit);
    },
    overloaded: (startedAt) => decrease(startedAt, 0.5),
  };
}
