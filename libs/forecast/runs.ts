import { quantile } from './growth.ts';
import type { StateReader, StateWriter } from './state_bytes.ts';

const day = 86_400;
/** How long values must be off before that is worth an alert, in seconds. */
const sustained = 180;
/** Highest runs are taken from blocks of so many seconds and values at least. */
const blockSeconds = 7_200;
const blockValues = 12;
const keptBlocks = 168;
/** Fewer say nothing of their distribution. */
const fewestBlocks = 12;
/** The limit until then, and the least at any time, in usual sizes of a residual. */
const firstLimit = 3;
const leastLimit = 1;
/** Where one value alone takes the mean at most, in limits: over it, and below it again with the next. */
const alone = 1.1;
/** Of a Gumbel distribution, in units of its scale: its median from its mode, and its 90 % quantile from its median. */
const medianOfGumbel = -Math.log(Math.LN2);
const tailOfGumbel = Math.log(Math.LN2 / -Math.log(0.9));

export interface RunOptions {
  /** Seconds between values. */
  readonly step: number;
  /** Days in which one run by chance is borne. */
  readonly quietDays: number;
}

/**
 * How far the last values are off together, beside how far they are as a matter of course. Values that are off to one side
 * add up (an exponentially weighted mean), so that a small step shows within minutes and a single value does not; how high
 * the mean rises for as long as an alert takes is kept as the maximum of each block, and the limit is what these maxima
 * exceed once in `quietDays` (block maxima: Gumbel, Statistics of Extremes, 1958; fitted by their median and 90 % quantile, so
 * that an incident among them moves it little).
 */
export interface Runs {
  /**
   * @param time epoch seconds, ascending
   * @param away in usual sizes of a residual, signed
   * @param least what counts as a deviation at all, in the same unit
   * @returns signed; 1 or -1 at the limit
   */
  readonly note: (time: number, away: number, least: number) => number;
  /** Lets go of the last values: they were not off after all. */
  readonly settle: () => void;
  /** After the way that values are expected has changed for good. */
  readonly forget: () => void;
  readonly save: (state: StateWriter) => void;
}

/** @param saved goes on from there */
export function createRuns({ step, quietDays }: RunOptions, saved?: StateReader): Runs {
  /** Values that are off in a row before an alert fires. */
  const inRow = step >= sustained ? 1 : Math.floor(sustained / step) + 1;
  const share = Math.min(1, 1.2 / inRow);
  const most = alone / share;
  const block = Math.max(blockSeconds, blockValues * step);
  const returns = Math.max(2, (quietDays * day) / block);
  let maxima: number[] = [];
  let last: number[] = [];
  let together = 0;
  let seenAt = Number.NEGATIVE_INFINITY;
  let blockAt = Number.NEGATIVE_INFINITY;
  let highest = 0;
  if (saved !== undefined) {
    [maxima, last] = [[...saved.numbers()], [...saved.numbers()]];
    [together, seenAt] = [saved.number(), saved.number()];
    [blockAt, highest] = [saved.number(), saved.number()];
  }
  let limit = limitOf(maxima, returns);

  function close(at: number): void {
    if (Number.isFinite(blockAt)) {
      maxima.push(highest);
      if (maxima.length > keptBlocks) maxima.shift();
      limit = limitOf(maxima, returns);
    }
    blockAt = at;
    highest = 0;
  }

  function settle(): void {
    last = [];
    together = 0;
  }

  return {
    note(time, away, least) {
      const at = Math.floor(time / block);
      if (at !== blockAt) close(at);
      if (time - seenAt > inRow * step) together = 0;
      seenAt = time;
      const edge = Math.max(limit, least);
      together += share * (Math.min(most * edge, Math.max(-most * edge, away)) - together);
      last.push(together);
      if (last.length > inRow) last.shift();
      const low = last.reduce((least, each) => Math.min(least, Math.abs(each)), Number.POSITIVE_INFINITY);
      if (last.length === inRow && Math.abs(last.reduce((sum, each) => sum + Math.sign(each), 0)) === inRow)
        highest = Math.max(highest, low);
      return together / edge;
    },
    settle,
    forget() {
      settle();
      maxima = [];
      highest = 0;
      limit = firstLimit;
    },
    save(state) {
      state.numbers(maxima);
      state.numbers(last);
      for (const each of [together, seenAt, blockAt, highest]) state.number(each);
    },
  };
}

function limitOf(maxima: readonly number[], returns: number): number {
  if (maxima.length < fewestBlocks) return firstLimit;
  const sorted = Float64Array.from(maxima).sort();
  const middle = quantile(sorted, 0.5);
  const scale = (quantile(sorted, 0.9) - middle) / tailOfGumbel;
  const mode = middle - medianOfGumbel * scale;
  return Math.max(leastLimit, mode + scale * Math.log(returns));
}
