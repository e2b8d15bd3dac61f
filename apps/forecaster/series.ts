import { crc32 } from 'node:zlib';
import { localTimeOf } from '@tidewatch/forecast';
import { type Ahead, type Detail, type Figures, horizons } from './figures.ts';
import { type Band, binOf, breachTime, type Fit, fitOf, pathAt } from './fit.ts';
import {
  backtestedError,
  type Coverage,
  createHindsight,
  type RelativeError,
  type Said,
  type SavedHindsight,
} from './hindsight.ts';
import { type KeptSeries, readSeries, writeSeries } from './series_file.ts';
import { type Labels, seriesName, type Target } from './targets.ts';
import { createTrack, type Track } from './track.ts';
import { keptMonitor, replayed } from './watch.ts';

const hour = 3_600;
const day = 86_400;
const keptDays = 28;
/** A series without a value for so many steps is stale. */
const staleSteps = 5;
/** What is out for so long is the new level, seconds; as its monitor has it. */
const shiftSeconds = 6 * hour;
/** Values in the band between others that are out, at most, for these to be one incident. */
const pauseSteps = 5;
/** Of a series without a value for so long nothing new is to be said, seconds. */
const outdated = 2 * hour;
/** How soon a forecast is made again while only the level is known, seconds; else it is once an hour. */
const young = 5 * 60;

/** One series: its values, what watches them, and its forecast. */
export interface Series {
  readonly name: string;
  readonly target: Target;
  readonly labels: Labels;
  /** Number of the newest step that has a value; -1 before the first. */
  readonly last: () => number;
  /**
   * Takes the value of a step after the last one; false where it is none.
   *
   * @param how its limit, where it says that itself; and whether it is watched (default), or history only
   */
  readonly take: (
    step: number,
    value: number,
    how?: { readonly limit?: number | undefined; readonly watch?: boolean },
  ) => boolean;
  /** Each series has its own time within the hour, and within the day for its methods: all at once would take a minute. */
  readonly fitDue: (now: number) => boolean;
  /** Makes its forecast anew, once a day by methods that are chosen anew; undefined with fewer than 10 values. */
  readonly refit: (now: number) => Fit | undefined;
  /** Takes what is off now for the new level; false where nothing is. */
  readonly acknowledge: () => boolean;
  readonly figures: (now: number) => Figures;
  /** @param points at most; values between are means */
  readonly detail: (from: number, now: number, points: number) => Detail;
  readonly save: () => Uint8Array;
}

const nowhere = { expected: Number.NaN, lower: Number.NaN, upper: Number.NaN, inner: Number.NaN };
const noRatios = { '1d': Number.NaN, '7d': Number.NaN };

/**
 * @param quietDays in which one false alert of it is borne
 * @param kept what {@link Series.save} wrote; what does not fit the target any more is left out
 */
export function createSeries(target: Target, labels: Labels, quietDays: number, kept?: KeptSeries): Series {
  const { step, seasons, direction } = target;
  const name = seriesName(target.name, labels);
  const bin = binOf(step);
  const track = createTrack(Math.round((keptDays * day) / step));
  const values = kept?.doubles.values ?? new Float64Array(0);
  const first = Number(kept?.head.first);
  for (const [i, value] of values.entries()) track.put(first + i, value);
  const hindsight = createHindsight(
    track,
    step,
    bin,
    kept && { rings: kept.floats, marks: kept.head.marks as SavedHindsight['marks'] },
  );
  const monitor = keptMonitor(target, quietDays, kept) ?? replayed(target, quietDays, values, first);
  let last = Number(kept?.head.last ?? -1);
  let known = values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0);
  let limit = Number(kept?.head.limit ?? Number.NaN);
  let score = Number.NaN;
  let made: Fit | undefined;
  let fitAt = Number.NEGATIVE_INFINITY;
  let chosenAt = Number.NEGATIVE_INFINITY;
  let backtest = { '1h': Number.NaN, '24h': Number.NaN };
  let coverage: Coverage = { '0.8': noRatios, '0.99': noRatios };
  let relativeError: RelativeError = { '1h': noRatios, '24h': noRatios };

  const shape = { step, seasons, local: localTimeOf(target.zone) };
  const share = crc32(name) / 2 ** 32;
  const turn = (time: number, every: number): number => Math.floor(time / every - share);

  const limitNow = (): number => target.limit ?? limit;

  /** While the monitor knows too little, what the forecast says: without a score, since it is hardly more than a guess. */
  function saidOf(time: number, by: Said): Said {
    if (!Number.isNaN(by.expected + by.lower) || made === undefined) return by;
    return {
      expected: pathAt(made, made.expected, time),
      lower: pathAt(made, made.outer.lower, time),
      upper: pathAt(made, made.outer.upper, time),
    };
  }

  function aheadOf(time: number): Ahead {
    const at = (path: Float64Array | undefined) =>
      made === undefined || path === undefined ? Number.NaN : pathAt(made, path, time);
    return {
      expected: at(made?.expected),
      inner: [at(made?.inner.lower), at(made?.inner.upper)],
      outer: [at(made?.outer.lower), at(made?.outer.upper)],
    };
  }

  function aheadNow(): Ahead {
    const { expected, lower, upper, inner } = last < 0 ? nowhere : hindsight.said(last);
    const half = Number.isNaN(inner) ? (upper - lower) / 2 : inner;
    return { expected, inner: [expected - half, expected + half], outer: [lower, upper] };
  }

  function breaches(now: number): Figures['breach'] {
    const at = limitNow();
    const downwards = direction === 'below';
    const value = track.at(last);
    if (downwards ? value < at : value > at)
      return { '0': last * step, '0.8': last * step, '0.99': last * step };
    const of = (path: Float64Array | undefined) =>
      made === undefined || path === undefined || Number.isNaN(at)
        ? Number.NaN
        : breachTime(made, path, at, downwards, now);
    const edge = (band: Band | undefined) => (downwards ? band?.lower : band?.upper);
    return { '0': of(made?.expected), '0.8': of(edge(made?.inner)), '0.99': of(edge(made?.outer)) };
  }

  /**
   * The values to forecast from: what is out at present is as it was expected, until it has stayed for so long that it is
   * the new level.
   */
  function calm(): Pick<Track, 'first' | 'at'> {
    if (!(score > 1)) return track;
    const isOut = (at: number): boolean => {
      const { lower, upper } = hindsight.said(at);
      return track.at(at) < lower || track.at(at) > upper;
    };
    const longest = Math.round(shiftSeconds / step);
    let since = last + 1;
    for (let at = last; at > last - longest && since - at <= pauseSteps; at--) if (isOut(at)) since = at;
    if (last - since >= longest - 1) return track;
    return {
      first: track.first,
      at: (at) => {
        const value = track.at(at);
        return at < since || Number.isNaN(value) ? value : hindsight.said(at).expected;
      },
    };
  }

  function stateAt(now: number): Figures['state'] {
    if (last < 0 || made === undefined) return 'waiting';
    if (now - last * step > staleSteps * step) return 'stale';
    return made.method === 'level' ? 'learning' : 'ready';
  }

  return {
    name,
    target,
    labels,
    last: () => last,
    take(at, value, { limit: own, watch = true } = {}) {
      if (own !== undefined) limit = own;
      if (Number.isNaN(value) || !track.put(at, value)) return false;
      last = at;
      known++;
      if (!watch) return true;
      const said = monitor.observe(at * step, value);
      score = said.score;
      hindsight.note(at, saidOf(at * step, said));
      return true;
    },
    fitDue: (now) =>
      last >= 0 &&
      now - last * step < outdated &&
      (made?.chosen === undefined ? now - fitAt >= young : turn(now, hour) !== turn(fitAt, hour)),
    refit(now) {
      fitAt = now;
      const chosen = turn(now, day) === turn(chosenAt, day) ? made?.chosen : undefined;
      made = fitOf(calm(), shape, now, chosen);
      if (made?.chosen !== undefined && made.chosen !== chosen) {
        chosenAt = now;
        backtest = backtestedError(made.chosen.choice, bin);
      }
      coverage = hindsight.coverage(now);
      relativeError = hindsight.relativeError(now);
      return made;
    },
    acknowledge() {
      const taken = monitor.acknowledge();
      // What is off is not left out of the next forecast any more, which is due now.
      if (taken) [score, fitAt] = [0, Number.NEGATIVE_INFINITY];
      return taken;
    },
    figures(now) {
      if (made !== undefined) hindsight.look(made, now);
      const state = stateAt(now);
      return {
        ...{ name, target: target.name, state, values: known },
        lastSample: last < 0 ? Number.NaN : last * step,
        actual: state === 'stale' ? Number.NaN : track.at(last),
        score: state === 'stale' ? Number.NaN : score,
        ahead: {
          '0s': state === 'stale' ? aheadOf(now) : aheadNow(),
          '1h': aheadOf(now + horizons['1h']),
          '4h': aheadOf(now + horizons['4h']),
          '24h': aheadOf(now + horizons['24h']),
        },
        ...{ limit: limitNow(), breach: breaches(now), coverage, relativeError, backtest },
        method: made?.method ?? 'level',
        season: made?.seasons.at(-1) ?? 0,
        lastFit: made?.at ?? Number.NaN,
      };
    },
    detail(from, now, points) {
      const begin = Math.max(track.first(), Math.floor(from / step));
      const end = Math.floor(now / step);
      const size = Math.max(1, Math.ceil((end - begin + 1) / points));
      const count = last < 0 ? 0 : Math.max(0, Math.ceil((end - begin + 1) / size));
      const mean = (of: (at: number) => number) =>
        Float64Array.from({ length: count }, (_, i) => {
          let sum = 0;
          let n = 0;
          for (let at = begin + i * size; at < begin + (i + 1) * size; at++) {
            const value = of(at);
            if (Number.isNaN(value)) continue;
            sum += value;
            n++;
          }
          return n === 0 ? Number.NaN : sum / n;
        });
      const firstAhead = made === undefined ? 0 : Math.max(0, Math.floor(now / made.bin) - made.from);
      const beyond = (path: Float64Array | undefined) => path?.slice(firstAhead) ?? new Float64Array(0);
      const band = (of: Band | undefined): Band => ({ lower: beyond(of?.lower), upper: beyond(of?.upper) });
      return {
        times: Float64Array.from({ length: count }, (_, i) => (begin + i * size) * step),
        actual: mean(track.at),
        expected: mean((at) => hindsight.said(at).expected),
        lower: mean((at) => hindsight.said(at).lower),
        upper: mean((at) => hindsight.said(at).upper),
        future: {
          times: Float64Array.from(
            beyond(made?.expected),
            (_, i) => ((made as Fit).from + firstAhead + i + 0.5) * (made as Fit).bin,
          ),
          expected: beyond(made?.expected),
          inner: band(made?.inner),
          outer: band(made?.outer),
        },
      };
    },
    save() {
      const { rings, marks } = hindsight.save();
      const oldest = track.first();
      const head = {
        ...{ name, target: target.name, labels, step, seasons, marks, first: oldest, last },
        ...(target.zone !== undefined && { zone: target.zone }),
        ...(Number.isNaN(limit) ? {} : { limit }),
      };
      const doubles = { values: last < 0 ? new Float64Array(0) : track.slice(oldest, track.last()) };
      return writeSeries({ head, doubles, floats: rings, monitor: monitor.save() });
    },
  };
}

/** What a file keeps, where it is one of a series of these steps. */
export function readKept(
  bytes: Buffer,
): (KeptSeries & { readonly labels: Labels; readonly target: string }) | undefined {
  const kept = readSeries(bytes);
  const { target, labels } = kept?.head ?? {};
  return kept === undefined || typeof target !== 'string' || typeof labels !== 'object'
    ? undefined
    : { ...kept, target, labels: labels as Labels };
}
