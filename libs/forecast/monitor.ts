import { createBins } from './bins.ts';
import { readChoice, writeChoice } from './choice_state.ts';
import { type Basis, type Expectation, nothing } from './expectation.ts';
import { type Away, createIncident } from './incident.ts';
import { localTimeOf } from './local_time.ts';
import { medianOf } from './methods/robust_level.ts';
import { type Chosen, choose, forecastBy } from './predict.ts';
import { createResiduals } from './residuals.ts';
import { createRuns } from './runs.ts';
import { createStateReader, createStateWriter, StateDamaged, type StateReader } from './state_bytes.ts';

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
  /**
   * Zone of the tz database whose clocks people go by, such as `Europe/Vienna`: an hour that clocks skip or repeat does not
   * move the day. Absent: UTC; the day is found again within a day of a change.
   */
  readonly zone?: string;
  /** Days in which one false alert is borne; a site with many series gives each a multiple. Default 200. */
  readonly quietDays?: number;
}

/**
 * Says of each value of a series, as it comes, whether it is as expected: from a forecast that is made of what came
 * before, and a band learnt from how far forecasts were off. What is out of the band is not learnt from while it lasts,
 * so that an incident does not become the usual; a shift that stays for six hours is taken for the new level.
 */
export interface Monitor {
  /**
   * @param time epoch seconds; what is missing between is a gap, and what does not come after the last one is not learnt
   * @param value NaN where nobody measured
   */
  readonly observe: (time: number, value: number) => Expectation;
  /** All it knows and its options, for {@link restoreMonitor}: about 150 KB where a value comes each minute. */
  readonly save: () => Uint8Array;
  /**
   * Takes the values that are off now, from the first one on, for the new level: somebody knows why.
   *
   * @returns false where none is off
   */
  readonly acknowledge: () => boolean;
}

const day = 86_400;
const hour = 3_600;
/** Values are learnt from as means over about so many seconds. */
const binSeconds = 600;
const historyDays = 28;
/** Share of what is usual that the band holds. */
const bandLevel = 0.99;
const shiftSeconds = 6 * hour;
/** Squares of larger values are no numbers: they count as not measured. */
const largest = 1e150;
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
  changes: Pick<MonitorOptions, 'leastAbsolute' | 'leastRelative' | 'direction' | 'quietDays'> = {},
): Monitor | undefined {
  const saved = createStateReader(bytes, version);
  if (saved === undefined) return undefined;
  try {
    const [step, quietDays] = [saved.number(), saved.number()];
    const [leastAbsolute, leastRelative] = [saved.number(), saved.number()];
    const direction = directions[saved.number()];
    if (direction === undefined) return undefined;
    const seasons = [...saved.numbers()];
    const zone = saved.text();
    const options = { step, seasons, leastAbsolute, leastRelative, direction, quietDays, ...changes };
    const monitor = monitorOf(zone === '' ? options : { ...options, zone }, saved);
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
    quietDays = 200,
    zone,
  } = options;
  const localTime = localTimeOf(zone);
  if (!(step >= 1 && step <= day)) throw new RangeError(`A step of ${step} s is not within 1 s and a day.`);
  const bin = Math.max(1, Math.round(binSeconds / step)) * step;
  const inBins = (seconds: number): number => Math.round(seconds / bin);
  const bins = createBins({ most: inBins(historyDays * day), perHour: inBins(hour) }, saved);
  const residuals = createResiduals(step, saved);
  const runs = createRuns({ step, quietDays }, saved);
  const candidates = seasons.map(inBins).filter((season) => season > 1);
  const ahead = Math.ceil((2 * hour) / bin) + 2;
  let choice: Chosen | undefined;
  let levelled = false;
  let chosenAt = 0;
  /** Expected means of the bins from `pathFrom` on. */
  let path: Float64Array = new Float64Array(0);
  let pathFrom = 0;
  const incident = createIncident(saved);
  let last = Number.NEGATIVE_INFINITY;
  if (saved !== undefined) {
    choice = readChoice(saved);
    [levelled, chosenAt] = [saved.number() === 1, saved.number()];
    [path, pathFrom] = [saved.numbers(), saved.number()];
    last = saved.number();
  }

  /** @param accepted that the level has shifted, whatever the back-test says: it cannot know yet */
  function decide(accepted = false): void {
    const values = bins.values();
    const horizon = Math.min(inBins(day), Math.max(6, Math.floor(values.raw.length / 4)));
    const raw = choose(values.raw, { horizon, seasons: candidates });
    // What was expected without the seasons was far off: it says nothing of what will be.
    if (raw !== undefined && raw.seasons.length > (choice?.seasons.length ?? 0)) {
      residuals.forget();
      runs.forget();
    }
    choice = raw;
    levelled = false;
    chosenAt = bins.current();
    if (values.levelled === values.raw || raw === undefined) return;
    // A week has shifts of its own, which are none once it is known.
    const moved = choose(values.levelled, { horizon, seasons: candidates });
    levelled = moved !== undefined && (accepted || moved.error < raw.error);
    if (levelled) choice = moved;
    else bins.forgetShifts();
  }

  function refresh(): void {
    const season = choice?.seasons.at(-1);
    if (zone === undefined && season !== undefined && bins.followClock(season)) {
      incident.clear();
      decide();
    }
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

  /**
   * Between the middles of the bins on either side, with half the jump from one to the other: where within the bin a series
   * jumps at its hour is not known.
   */
  function expectedAt(time: number): { readonly expected: number; readonly jump: number } {
    const place = Math.max(0, time / bin - 0.5 - pathFrom);
    const below = Math.floor(place);
    const low = path[Math.min(below, path.length - 1)] ?? Number.NaN;
    const high = path[Math.min(below + 1, path.length - 1)] ?? low;
    return { expected: low + (high - low) * (place - below), jump: Math.abs(high - low) / 2 };
  }

  /** @param side on which the last values are off together, 0 for neither */
  function learn(away: Away, usual: number, side: number): void {
    const { value, expected } = away;
    const over = incident.note(away, side);
    if (over === undefined) {
      bins.add(expected, value);
      if (incident.lasts() >= shiftSeconds) accept();
      return;
    }
    // What was out for a while is part of what is usual.
    for (const each of [...over, away])
      residuals.add(each.time, within(each.value - each.expected, 2 * usual));
    bins.add(expected + within(value - expected, usual), value);
  }

  /** Takes what has come to stay for the level from its beginning on. */
  function accept(): boolean {
    const values = incident.values();
    const [first] = values;
    if (first === undefined) return false;
    const at = Math.floor(first.time / bin);
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
    incident.clear();
    runs.settle();
    decide(true);
    refresh();
    return true;
  }

  const basis = (): Basis =>
    path.length === 0 || Number.isNaN(path[0]) ? 'nothing' : choice?.seasons.length ? 'seasons' : 'level';

  return {
    observe(stamp, value) {
      if (!(stamp > last)) return nothing;
      last = stamp;
      const time = localTime(stamp);
      const at = Math.floor(time / bin);
      const behind = at - pathFrom;
      if (bins.move(at) && (path.length === 0 || behind >= inBins(hour) || behind < 0)) refresh();
      const { expected, jump } = expectedAt(time);
      const usual = residuals.width(time, bandLevel);
      const sudden = jump > usual ? jump : 0;
      const least = Math.max(leastAbsolute, leastRelative * Math.abs(expected));
      const band = Math.max(usual + sudden, least);
      const outlook = { expected, lower: expected - band, upper: expected + band, basis: basis() };
      if (!(Math.abs(value) <= largest)) return { ...outlook, score: Number.NaN };
      const away = value - expected;
      if (Number.isNaN(band)) {
        if (!Number.isNaN(away)) residuals.add(time, away);
        bins.add(value);
        return { ...outlook, score: Number.NaN };
      }
      const size = residuals.size(time);
      const beyond = Math.sign(away) * Math.max(0, Math.abs(away) - sudden);
      const together = runs.note(stamp, beyond / size, least / size);
      const off = Math.abs(together);
      // How far is said by the value itself once it is certain that there is something.
      const score = off <= 1 ? off : Math.max(off, Math.abs(away) / band);
      learn({ time, value, expected }, usual, off > 1 ? Math.sign(together) : 0);
      const counts = direction === 'both' || (direction === 'up' ? together > 0 : together < 0);
      return { ...outlook, score: counts ? score : Math.min(score, 1) };
    },
    acknowledge: accept,
    save() {
      const state = createStateWriter(version);
      for (const each of [step, quietDays, leastAbsolute, leastRelative, directions.indexOf(direction)])
        state.number(each);
      state.numbers(seasons);
      state.text(zone ?? '');
      bins.save(state);
      residuals.save(state);
      runs.save(state);
      incident.save(state);
      writeChoice(choice, state);
      for (const each of [levelled ? 1 : 0, chosenAt]) state.number(each);
      state.numbers(path);
      for (const each of [pathFrom, last]) state.number(each);
      return state.bytes();
    },
  };
}

const within = (value: number, most: number): number => Math.min(most, Math.max(-most, value));
