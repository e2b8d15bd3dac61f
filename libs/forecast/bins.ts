import type { StateReader, StateWriter } from './state_bytes.ts';

/** A shift of level that came to stay. */
interface Shift {
  /** Number of the bin that it began in. */
  readonly at: number;
  readonly factor: number;
  readonly offset: number;
}

/** The last while of a series, as means over bins of equal length, numbered since 1970. */
export interface Bins {
  /** Number of the bin that fills now; -1 before the first value. */
  readonly current: () => number;
  /** Goes on to a bin. Answers whether it is another one; those between are gaps. */
  readonly move: (to: number) => boolean;
  readonly add: (value: number) => void;
  /** Values from a bin on, instead of what was added to them. */
  readonly replace: (from: number, values: readonly (readonly [bin: number, value: number])[]) => void;
  /** Notes that what stood before a bin is now so many times as high, or so much higher. */
  readonly shift: (shift: Shift) => void;
  readonly forgetShifts: () => void;
  /** The closed bins, oldest first: as they were, and moved to the level of now; the same array where nothing shifted. */
  readonly values: () => { readonly raw: Float64Array; readonly levelled: Float64Array };
  readonly save: (state: StateWriter) => void;
}

/**
 * @param most bins that are kept
 * @param saved goes on from there
 */
export function createBins(most: number, saved?: StateReader): Bins {
  let means: number[] = [];
  let shifts: Shift[] = [];
  let current = -1;
  let sum = 0;
  let count = 0;
  if (saved !== undefined) {
    means = [...saved.numbers()];
    const [at, factor, offset] = [saved.numbers(), saved.numbers(), saved.numbers()];
    shifts = Array.from(at, (each, i) => ({
      at: each,
      factor: factor[i] as number,
      offset: offset[i] as number,
    }));
    [current, sum, count] = [saved.number(), saved.number(), saved.number()];
  }

  function close(): void {
    means.push(count === 0 ? Number.NaN : sum / count);
    sum = 0;
    count = 0;
    current++;
  }

  return {
    current: () => current,
    move(to) {
      if (current === -1) current = to;
      if (to <= current) return false;
      if (to - current > most) {
        means = [];
        shifts = [];
        current = to - 1;
      }
      while (current < to) close();
      if (means.length > most) means = means.slice(-most);
      return true;
    },
    add(value) {
      sum += value;
      count++;
    },
    replace(from, values) {
      const first = current - means.length;
      const sums = new Map<number, { sum: number; count: number }>();
      for (const [bin, value] of values) {
        const entry = sums.get(bin) ?? { sum: 0, count: 0 };
        entry.sum += value;
        entry.count++;
        sums.set(bin, entry);
      }
      for (const [bin, entry] of sums) {
        if (bin < from) continue;
        if (bin === current) {
          sum = entry.sum;
          count = entry.count;
        } else if (bin >= first) means[bin - first] = entry.sum / entry.count;
      }
    },
    shift: (shift) => void shifts.push(shift),
    forgetShifts: () => {
      shifts = [];
    },
    values() {
      const raw = Float64Array.from(means);
      const first = current - means.length;
      shifts = shifts.filter(({ at }) => at > first);
      if (shifts.length === 0) return { raw, levelled: raw };
      const levelled = raw.slice();
      for (const { at, factor, offset } of shifts)
        for (let i = 0; i < at - first && i < levelled.length; i++)
          levelled[i] = (levelled[i] as number) * factor + offset;
      return { raw, levelled };
    },
    save(state) {
      state.numbers(means);
      state.numbers(shifts.map(({ at }) => at));
      state.numbers(shifts.map(({ factor }) => factor));
      state.numbers(shifts.map(({ offset }) => offset));
      for (const each of [current, sum, count]) state.number(each);
    },
  };
}
