/** A read that takes longer, the wait for its turn included, is broken off, so that the next gets one. */
export const longestReadMs = 25_000;

/** Milliseconds that are left for a read of several steps that begins now. */
export function startLimit(): () => number {
  const end = performance.now() + longestReadMs;
  return () => end - performance.now();
}
