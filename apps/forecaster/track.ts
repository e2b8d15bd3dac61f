/** The newest values of a series at regular steps, numbered since 1970; what nobody measured is NaN. */
export interface Track {
  /** Number of the oldest and of the newest value; `last` is -1 while there is none. */
  readonly first: () => number;
  readonly last: () => number;
  /** Puts a value at a step after the last; earlier ones are not taken. */
  readonly put: (step: number, value: number) => boolean;
  /** NaN where there is none. */
  readonly at: (step: number) => number;
  /** From one step to another, both included. */
  readonly slice: (from: number, to: number) => Float64Array;
}

/** @param capacity steps that are kept */
export function createTrack(capacity: number): Track {
  let ring = new Float64Array(Math.min(capacity, 64)).fill(Number.NaN);
  let first = 0;
  let last = -1;

  const at = (step: number): number =>
    step < first || step > last ? Number.NaN : (ring[step % ring.length] as number);

  /** Most series are young: the ring grows with them. */
  function grow(length: number): void {
    const larger = new Float64Array(Math.min(capacity, Math.max(length, 2 * ring.length))).fill(Number.NaN);
    for (let step = first; step <= last; step++) larger[step % larger.length] = at(step);
    ring = larger;
  }

  return {
    first: () => first,
    last: () => last,
    put(step, value) {
      if (step <= last) return false;
      if (last === -1 || step - last >= capacity) {
        ring.fill(Number.NaN);
        first = step;
        last = step - 1;
      }
      if (step - first + 1 > ring.length && ring.length < capacity) grow(step - first + 1);
      for (let gap = last + 1; gap < step; gap++) ring[gap % ring.length] = Number.NaN;
      ring[step % ring.length] = value;
      last = step;
      first = Math.max(first, last - ring.length + 1);
      return true;
    },
    at,
    slice: (from, to) => Float64Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => at(from + i)),
  };
}

/** Means of so many steps each, over a stretch that begins at a multiple of `size`; NaN where nothing was measured. */
export function meansOf(track: Pick<Track, 'at'>, size: number, from: number, to: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, to - from) }, (_, i) => {
    let sum = 0;
    let count = 0;
    for (let step = (from + i) * size; step < (from + i + 1) * size; step++) {
      const value = track.at(step);
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return count === 0 ? Number.NaN : sum / count;
  });
}
