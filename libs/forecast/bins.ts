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
  /**
   * Goes on to a bin. Answers whether it is another one; those between are gaps. Where it is an earlier one (a clock that
   * was put back), what was from there on is forgotten.
   */
  readonly move: (to: number) => boolean;
  /**
   * @param value to learn from
   * @param seen what was measured, where that is another
   */
  readonly add: (value: number, seen?: number) => void;
  /**
   * Whether the last day came an hour earlier or later than the season before it, as where people's clocks changed and the
   * series' did not. If so the history is moved by that hour, and the day taken as it was seen.
   *
   * @param season in bins, of what is compared
   */
  readonly followClock: (season: number) => boolean;
  /** Values from a bin on, instead of what was added to them. */
  readonly replace: (from: number, values: readonly (readonly [bin: number, value: number])[]) => void;
  /** Notes that what stood before a bin is now so many times as high, or so much higher. */
  readonly shift: (shift: Shift) => void;
  readonly forgetShifts: () => void;
  /** The closed bins, oldest first: as they were, and moved to the level of now; the same array where nothing shifted. */
  readonly values: () => { readonly raw: Float64Array; readonly levelled: Float64Array };
  readonly save: (state: StateWriter) => void;
}

export interface BinOptions {
  /** Bins that are kept. */
  readonly most: number;
  readonly perHour: number;
}

/** An hour fits the last day by so much better than none, as a share of the error, before the clocks have changed. */
const clearly = 0.6;

/** @param saved goes on from there */
export function createBins({ most, perHour }: BinOptions, saved?: StateReader): Bins {
  const perDay = Math.max(1, 24 * perHour);
  let means: number[] = [];
  /** Of the last day, as they were measured. */
  let seen: number[] = [];
  let shifts: Shift[] = [];
  let current = -1;
  let sum = 0;
  let count = 0;
  let seenSum = 0;
  if (saved !== undefined) {
    means = [...saved.numbers()];
    seen = [...saved.numbers()];
    const [at, factor, offset] = [saved.numbers(), saved.numbers(), saved.numbers()];
    shifts = Array.from(at, (each, i) => ({
      at: each,
      factor: factor[i] as number,
      offset: offset[i] as number,
    }));
    [current, sum, count, seenSum] = [saved.number(), saved.number(), saved.number(), saved.number()];
  }

  function close(): void {
    means.push(count === 0 ? Number.NaN : sum / count);
    seen.push(count === 0 ? Number.NaN : seenSum / count);
    empty();
    current++;
  }

  function empty(): void {
    sum = 0;
    seenSum = 0;
    count = 0;
  }

  /** Mean distance of the last day from what was a season and so many bins before it. */
  function distance(season: number, later: number): number {
    const from = means.length - seen.length - season + later;
    let total = 0;
    let known = 0;
    for (let i = 0; i < seen.length; i++) {
      const away = Math.abs((seen[i] as number) - (means[from + i] ?? Number.NaN));
      if (Number.isNaN(away)) continue;
      total += away;
      known++;
    }
    return known < seen.length / 2 ? Number.NaN : total / known;
  }

  return {
    current: () => current,
    move(to) {
      if (current === -1) current = to;
      if (to === current) return false;
      if (to < current) {
        means.splice(Math.max(0, means.length - (current - to)));
        seen.splice(Math.max(0, seen.length - (current - to)));
        empty();
        current = to;
        return true;
      }
      if (to - current > most) {
        means = [];
        seen = [];
        shifts = [];
        current = to - 1;
      }
      while (current < to) close();
      if (means.length > most) means = means.slice(-most);
      if (seen.length > perDay) seen = seen.slice(-perDay);
      return true;
    },
    add(value, measured = value) {
      sum += value;
      seenSum += measured;
      count++;
    },
    followClock(season) {
      const as = distance(season, 0);
      if (perHour === 0 || seen.length < perDay || !(as > 0)) return false;
      const early = distance(season, perHour) < distance(season, -perHour);
      const later = early ? perHour : -perHour;
      if (!(distance(season, later) < clearly * as)) return false;
      const until = means.length - seen.length;
      means = means.map((_, i) =>
        i < until ? (means[i + later] ?? Number.NaN) : (seen[i - until] as number),
      );
      return true;
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
      state.numbers(seen);
      state.numbers(shifts.map(({ at }) => at));
      state.numbers(shifts.map(({ factor }) => factor));
      state.numbers(shifts.map(({ offset }) => offset));
      for (const each of [current, sum, count, seenSum]) state.number(each);
    },
  };
}
