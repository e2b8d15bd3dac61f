import { quantile } from './growth.ts';
import type { StateReader, StateWriter } from './state_bytes.ts';

/** How far values usually are from what is expected of them, by the hour of the day. */
export interface Residuals {
  readonly add: (time: number, residual: number) => void;
  /** Half the width of the band that holds `level` of them; NaN while too few are known. */
  readonly width: (time: number, level: number) => number;
  /** How far values usually are off at a time: their mean absolute residual; never 0. */
  readonly size: (time: number) => number;
  /** After the way that values are expected has changed for good. */
  readonly forget: () => void;
  /** After the series moved to another level. */
  readonly scale: (factor: number) => void;
  readonly save: (state: StateWriter) => void;
}

const day = 86_400;
const slots = 24;
const keptDays = 7;
/** Fewer say nothing of a band. */
const fewest = 60;
/** How much a slot's own scale counts beside that of the whole, in values. */
const borrowed = 20;

/**
 * @param step seconds between values
 * @param saved goes on from there
 */
export function createResiduals(step: number, saved?: StateReader): Residuals {
  const capacity = Math.max(200, Math.round((keptDays * day) / step));
  /** Residuals in units of their slot's scale at the time, a ring. */
  const scores = new Float64Array(capacity);
  let added = 0;
  const sums = new Float64Array(slots);
  const counts = new Float64Array(slots);
  let allSum = 0;
  let allCount = 0;
  /** A slot forgets so much a value: half of what it knows is from the last three days of it. */
  const keep = 1 - Math.LN2 / Math.max(20, (3 * 3_600) / step);
  const keepAll = 1 - Math.LN2 / Math.max(200, (3 * day) / step);
  let factor = Number.NaN;
  let factorAt = -1;
  let sorted = 0;
  if (saved !== undefined) {
    scores.set(saved.numbers());
    sums.set(saved.numbers());
    counts.set(saved.numbers());
    [added, allSum, allCount] = [saved.number(), saved.number(), saved.number()];
    [factor, factorAt, sorted] = [saved.number(), saved.number(), saved.number()];
  }

  const slotOf = (time: number): number => Math.floor((((time % day) + day) % day) / (day / slots));

  function scaleAt(time: number): number {
    const all = allCount === 0 ? Number.NaN : allSum / allCount;
    const slot = slotOf(time);
    const n = counts[slot] as number;
    return Math.max(((sums[slot] as number) + borrowed * all) / (n + borrowed), Number.MIN_VALUE);
  }

  return {
    add(time, residual) {
      const size = Math.abs(residual);
      if (allCount > 0) scores[added++ % capacity] = size / scaleAt(time);
      const slot = slotOf(time);
      sums[slot] = (sums[slot] as number) * keep + size;
      counts[slot] = (counts[slot] as number) * keep + 1;
      allSum = allSum * keepAll + size;
      allCount = allCount * keepAll + 1;
    },
    width(time, level) {
      const known = Math.min(added, capacity);
      if (known < fewest) return Number.NaN;
      // To sort at every value would take longer than all else: an hour's more change the quantile little.
      if (factorAt !== level || added - sorted >= Math.max(10, known / 100)) {
        const list = scores.slice(0, known).sort();
        // So that few values don't pass for all there can be (conformal prediction's correction).
        const held = quantile(list, Math.min(1, level * (1 + 1 / known))) * (1 + 1 / Math.sqrt(known));
        // What never changed has no width but the least there is.
        factor = Math.max(1, held);
        factorAt = level;
        sorted = added;
      }
      return factor * scaleAt(time);
    },
    size: scaleAt,
    forget() {
      added = 0;
      sorted = 0;
      factorAt = -1;
      allSum = 0;
      allCount = 0;
      sums.fill(0);
      counts.fill(0);
    },
    scale(by) {
      const size = Math.abs(by);
      for (let slot = 0; slot < slots; slot++) sums[slot] = (sums[slot] as number) * size;
      allSum *= size;
    },
    save(state) {
      state.numbers(scores.subarray(0, Math.min(added, capacity)));
      state.numbers(sums);
      state.numbers(counts);
      for (const each of [added, allSum, allCount, factor, factorAt, sorted]) state.number(each);
    },
  };
}
