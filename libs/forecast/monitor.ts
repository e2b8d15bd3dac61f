import { createBins } from './bins.ts';
import { readChoice, writeChoice } from './choice_state.ts';
import { createExcursions, sustained } from './excursions.ts';
import { type Chosen, choose, forecastBy } from './predict.ts';
import { createResiduals } from './residuals.ts';
import {
  createStateReader,
  createStateWriter,
  StateDamaged,
  type StateReader,
} from './state_bytes.ts';

export interface MonitorOptions {
  /** Seconds between values. */
  readonly step: number;
  /** Seasons that the series may have, in seconds. Default: a day and a week. */
  readonly seasons?: readonly number[];
  /** Deviations below both are expected. Default 0. */
  readonly leastAbsolute?: number;
  /** Of the expected value, 0 to 1. Default 0. */
  readonly leastRelative?: number;
  /** Which deviations count. Default: both. */
  readonly direction?: 'both' | 'up' | 'down';
}

/** What was expected of a value before it came. NaN while too little is known. */
export interface Expectation {
  readonly expected: number;
  /** Edges of the band that holds 99 % of what is usual. */
  readonly lower: number;
  readonly upper: number;
  /** 0 as expected, 1 at the edge of the band, more beyond. */
  readonly score: number;
}

/**
 * Says of each value of a series, as it comes, whether it is as expected: from a forecast that is made of what came
 * before, and a band learnt from how far forecasts were off. What is out of the band is not learnt from while it lasts,
 * so that an incident does not become the usual; a shift that stays for six hours is taken for the new level.
 */
export interface Monitor {
  /**
   * @param time epoch seconds, ascending; what is missing between is a gap
   * @param value NaN where nobody measured
   */
  readonly observe: (time: number, value: number) => Expectation;
  /** All it knows and its options, for {@link restoreMonitor}: about 150 KB where a value comes each minute. */
  readonly save: () => Uint8Array;
}

const day = 86_400;
const hour = 3_600;
/** Values are learnt from as means over about so many seconds. */
const binSeconds = 600;
const historyDays = 28;
/** Share of what is usual that the band holds. */
export const bandLevel = 0.99;
const shiftSeconds = 6 * hour;
/** Fewest bins that methods are chosen by. */
const fewestBins = 12;

/** First byte of what is saved. */
const version = 1;
const directions = ['both', 'up', 'down'] as const;

/** Throws a RangeError where `step` is not within 1 second and a day. */
export const createMonitor = (options: MonitorOptions): Monitor => monitorOf(options);

/**
 * Goes on where a monitor was saved, to the bit.
 *
 * @param changes of what counts as a deviation
 * @returns undefined where the bytes are of another version, or damaged
 */
export function restoreMonitor(
  bytes: Uint8Array,
  changes: Pick<MonitorOptions, 'leastAbsolute' | 'leastRelative' | 'direction'> = {},
): Monitor | undefined {
  const saved = createStateReader(bytes, version);
  if (saved === undefined) return undefined;
  try {
    const [step, leastAbsolute, leastRelative] = [saved.number(), saved.number(), saved.number()];
    const direction = directions[saved.number()];
    if (direction === undefined) return undefined;
    const seasons = [...saved.numbers()];
    const monitor = monitorOf({ step, seasons, leastAbsolute, leastRelative, direction, ...changes }, saved);
    saved.end();
    return monitor;
  } catch (error) {
    if (error instanceof StateDamaged || error instanceof RangeError) return undefined;
    throw error;
  }
}

function monitorOf(options: MonitorOptions, saved?: StateReader): Monitor {
  const {
    step,
    seasons = [day, 7 * day],
    leastAbsolute = 0,
    leastRelative = 0,
    direction = 'both',
  } = options;
  if (!(step >= 1 && step <= day)) throw new RangeError(`A step of ${step} s is not within 1 s and a day.`);
  const bin = Math.max(1, Math.round(binSeconds / step)) * step;
  const inBins = (seconds: number): number => Math.round(seconds / bin);
  const bins = createBins(inBins(historyDays * day), saved);
  const residuals = createResiduals(step, saved);
  const excursions = createExcursions(saved);
  const candidates = seasons.map(inBins).filter((season) => season > 1);
  const ahead = Math.ceil((2 * hour) / bin) + 2;
  let choice: Chosen | undefined;
  let levelled = false;
  let chosenAt = 0;
  /** Expected means of the bins from `pathFrom` on. */
  let path: Float64Array = new Float64Array(0);
  let pathFrom = 0;
  /** Values out of the band on one side, without a break. */
  let run: Run = noRun;
  if (saved !== undefined) {
    choice = readChoice(saved);
    [levelled, chosenAt] = [saved.number() === 1, saved.number()];
    [path, pathFrom] = [saved.numbers(), saved.number()];
    const [side, since] = [saved.number(), saved.number()];
    const [times, values, expected] = [saved.numbers(), saved.numbers(), saved.numbers()];
    run = {
      side,
      since,
      values: Array.from(times, (time, i) => ({
        time,
        value: values[i] as number,
        expected: expected[i] as number,
      })),
    };
  }

  function decide(): void {
    const values = bins.values();
    const horizon = Math.min(inBins(day), Math.max(6, Math.floor(values.raw.length / 4)));
    const raw = choose(values.raw, { horizon, seasons: candidates });
    // What was expected without the seasons was far off: it says nothing of what will be.
    if (raw !== undefined && raw.seasons.length > (choice?.seasons.length ?? 0)) residuals.forget();
    choice = raw;
    levelled = false;
    chosenAt = bins.current();
    if (values.levelled === values.raw || raw === undefined) return;
    // A week has shifts of its own, which are none once it is known.
    const moved = choose(values.levelled, { horizon, seasons: candidates });
    levelled = moved !== undefined && moved.error < raw.error;
    if (levelled) choice = moved;
    else bins.forgetShifts();
  }

  function refresh(): void {
    const count = bins.values().raw.length;
    if (choice === undefined ? count >= fewestBins : bins.current() - chosenAt >= inBins(day)) decide();
    const { raw, levelled: moved } = bins.values();
    const values = levelled ? moved : raw;
    pathFrom = bins.current();
    path =
      choice !== undefined && choice.seasons.length > 0
        ? forecastBy(choice, values, ahead)
        : new Float64Array(ahead).fill(medianOf(values.slice(-inBins(day))));
  }

  /** Between the middles of the bins on either side. */
  function expectedAt(time: number): number {
    const place = Math.max(0, time / bin - 0.5 - pathFrom);
    const below = Math.floor(place);
    const low = path[Math.min(below, path.length - 1)] ?? Number.NaN;
    const high = path[Math.min(below + 1, path.length - 1)] ?? low;
    return low + (high - low) * (place - below);
  }

  function learn(time: number, value: number, expected: number, side: number): void {
    if (side !== run.side) {
      // What was out for a moment is part of what is usual.
      if (run.values.length < sustained)
        for (const each of run.values) residuals.add(each.time, each.value - each.expected);
      run = side === 0 ? noRun : { side, since: time, values: [] };
    }
    if (side === 0) residuals.add(time, value - expected);
    else run.values.push({ time, value, expected });
    bins.add(side === 0 ? value : expected);
    if (side !== 0 && time - run.since >= shiftSeconds) accept();
  }

  /** Takes what has come to stay for the level from its beginning on. */
  function accept(): void {
    const { values, since } = run;
    const at = Math.floor(since / bin);
    const ratios = values.map(({ value, expected }) => value / expected);
    const scales = ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio));
    const factor = scales ? medianOf(Float64Array.from(ratios)) : 1;
    const offset = scales
      ? 0
      : medianOf(Float64Array.from(values, ({ value, expected }) => value - expected));
    bins.replace(
      at,
      values.map(({ time, value }) => [Math.floor(time / bin), value] as const),
    );
    bins.shift({ at, factor, offset });
    residuals.scale(factor);
    run = noRun;
    decide();
    levelled = true;
    refresh();
  }

  return {
    observe(time, value) {
      const at = Math.floor(time / bin);
      const behind = at - pathFrom;
      if (bins.move(at) && (path.length === 0 || behind >= inBins(hour) || behind < 0)) refresh();
      const expected = expectedAt(time);
      const usual = residuals.width(time, bandLevel);
      if (Number.isNaN(value) || Number.isNaN(expected) || Number.isNaN(usual)) {
        if (!Number.isNaN(value)) {
          if (!Number.isNaN(expected)) residuals.add(time, value - expected);
          bins.add(value);
        }
        return { expected, lower: expected - usual, upper: expected + usual, score: Number.NaN };
      }
      const away = value - expected;
      excursions.note(time, Math.abs(away) / usual);
      const least = Math.max(leastAbsolute, leastRelative * Math.abs(expected));
      const band = Math.max(usual * excursions.allowance(time), least);
      const score = Math.abs(away) / band;
      learn(time, value, expected, score > 1 ? Math.sign(away) : 0);
      const counts = direction === 'both' || (direction === 'up' ? away > 0 : away < 0);
      return {
        expected,
        lower: expected - band,
        upper: expected + band,
        score: counts ? score : Math.min(score, 1),
      };
    },
    save() {
      const state = createStateWriter(version);
      for (const each of [step, leastAbsolute, leastRelative, directions.indexOf(direction)])
        state.number(each);
      state.numbers(seasons);
      bins.save(state);
      residuals.save(state);
      excursions.save(state);
      writeChoice(choice, state);
      for (const each of [levelled ? 1 : 0, chosenAt]) state.number(each);
      state.numbers(path);
      for (const each of [pathFrom, run.side, run.since]) state.number(each);
      state.numbers(run.values.map(({ time }) => time));
      state.numbers(run.values.map(({ value }) => value));
      state.numbers(run.values.map(({ expected }) => expected));
      return state.bytes();
    },
  };
}

interface Run {
  /** -1, 0 or 1. */
  readonly side: number;
  readonly since: number;
  readonly values: { readonly time: number; readonly value: number; readonly expected: number }[];
}

const noRun: Run = { side: 0, since: 0, values: [] };

function medianOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const middle = known.length >> 1;
  if (known.length === 0) return Number.NaN;
  return known.length % 2 === 1
    ? (known[middle] as number)
    : ((known[middle - 1] as number) + (known[middle] as number)) / 2;
}
