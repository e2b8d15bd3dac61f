import { predict } from '@tidewatch/forecast';
import { meansOf, type Track } from './track.ts';

type Values = Pick<Track, 'first' | 'at'>;

const minute = 60;
const hour = 3_600;
const day = 86_400;
/** Values that methods run on are means over about so long, seconds. */
const binSeconds = 15 * minute;
/** How far a forecast reaches, seconds: a day from any moment until the next one is made, and a little. */
const reach = day + 2 * hour;
/** Without two periods of history, and with at least so many values, only the level is known. */
const fewestValues = 10;
/** Quantiles of the normal distribution for central bands. */
const normal = { inner: 1.2816, outer: 2.5758 };
/** The median absolute deviation of a normal distribution is this part of its standard deviation. */
const madShare = 0.6745;

/** What is expected of a series from the time it was made on. The paths are means of bins. */
export interface Fit {
  /** When it was made, epoch seconds. */
  readonly at: number;
  /** Number of the first bin, since 1970, and the seconds of each. */
  readonly from: number;
  readonly bin: number;
  readonly expected: Float64Array;
  /** Edges of the bands that hold 80 % and 99 %. */
  readonly inner: Band;
  readonly outer: Band;
  /** The method with the greatest part; `level` where too little is known for more. */
  readonly method: string;
  /** Seasons found, in seconds, ascending. */
  readonly seasons: readonly number[];
}

export interface Band {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export const binOf = (step: number): number => Math.max(1, Math.round(binSeconds / step)) * step;

/**
 * Makes the forecast of a series for the next day.
 *
 * @param step seconds between values
 * @param seasons that it may have, in seconds
 * @param now epoch seconds
 * @returns undefined with fewer than 10 values
 */
export function fitOf(track: Values, step: number, seasons: readonly number[], now: number): Fit | undefined {
  const bin = binOf(step);
  const size = bin / step;
  const from = Math.floor(now / bin);
  const oldest = Math.ceil(track.first() / size);
  const horizon = Math.ceil(reach / bin);
  const shortest = seasons.length === 0 ? day / 2 : Math.min(...seasons);
  const history = (from - oldest) * bin;
  if (history >= 2 * shortest) {
    const means = meansOf(track, size, oldest, from);
    const inBins = seasons.map((season) => Math.round(season / bin)).filter((season) => season > 1);
    const found = predict(means, { horizon, seasons: inBins });
    if (found !== undefined) {
      const noise = noiseOf(track, size, { means, oldest, from, bin });
      const best = [...found.parts].sort((a, b) => b.weight - a.weight)[0];
      return {
        ...{ at: now, from, bin, expected: found.expected },
        inner: widened(found.band(0.8), found.expected, noise(0.8)),
        outer: widened(found.band(0.99), found.expected, noise(0.99)),
        method: best?.method ?? 'level',
        seasons: found.seasons.map((season) => season * bin),
      };
    }
  }
  return levelOf(track, step, { now, from, bin, horizon });
}

/** How far values of the last week are from the means of their bins: the half width that holds a share of them. */
function noiseOf(
  track: Values,
  size: number,
  { means, oldest, from, bin }: { means: Float64Array; oldest: number; from: number; bin: number },
): (level: number) => number {
  if (size < 2) return () => 0;
  const away: number[] = [];
  const first = Math.max(oldest, from - Math.round((7 * day) / bin));
  for (let at = first * size; at < from * size; at++) {
    // A mean is that of the middle of its bin.
    const place = (at + 0.5) / size - 0.5 - oldest;
    const low = means[Math.max(0, Math.floor(place))] as number;
    const high = means[Math.floor(place) + 1] ?? low;
    const distance = Math.abs(track.at(at) - low - (high - low) * (place - Math.floor(place)));
    if (!Number.isNaN(distance)) away.push(distance);
  }
  const sorted = Float64Array.from(away).sort();
  return (level) => sorted[Math.min(sorted.length - 1, Math.ceil(level * sorted.length))] ?? 0;
}

/** A band of means as one of single values: their errors and their noise have nothing to do with each other. */
function widened({ lower, upper }: Band, expected: Float64Array, noise: number): Band {
  // What never falls below zero has no band there.
  const floor = lower.some((value) => value < 0) ? Number.NEGATIVE_INFINITY : 0;
  return {
    lower: lower.map((value, i) =>
      Math.max(floor, (expected[i] as number) - Math.hypot((expected[i] as number) - value, noise)),
    ),
    upper: upper.map(
      (value, i) => (expected[i] as number) + Math.hypot(value - (expected[i] as number), noise),
    ),
  };
}

/** The median of the last day, with a band of its median absolute deviation. */
function levelOf(
  track: Values,
  step: number,
  { now, from, bin, horizon }: { now: number; from: number; bin: number; horizon: number },
): Fit | undefined {
  const newest = Math.floor(now / step);
  const length = Math.round(day / step);
  const known = Float64Array.from({ length }, (_, i) => track.at(newest - length + 1 + i))
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (known.length < fewestValues) return undefined;
  const level = medianOf(known);
  const deviation = medianOf(known.map((value) => Math.abs(value - level)).sort()) / madShare;
  const floor = (known[0] as number) < 0 ? Number.NEGATIVE_INFINITY : 0;
  const flat = (value: number) => new Float64Array(horizon).fill(Math.max(floor, value));
  const band = (width: number): Band => ({
    lower: flat(level - width * deviation),
    upper: flat(level + width * deviation),
  });
  return {
    ...{ at: now, from, bin, expected: flat(level) },
    inner: band(normal.inner),
    outer: band(normal.outer),
    ...{ method: 'level', seasons: [] },
  };
}

/** A path of bins at a moment, between the middles of the bins on either side; NaN beyond it. */
export function pathAt({ from, bin }: Pick<Fit, 'from' | 'bin'>, path: Float64Array, time: number): number {
  const place = Math.max(0, time / bin - 0.5 - from);
  const below = Math.floor(place);
  if (below >= path.length) return Number.NaN;
  const low = path[below] as number;
  return low + ((path[below + 1] ?? low) - low) * (place - below);
}

/**
 * When a path first passes a limit, epoch seconds; +Infinity where it does not within a day.
 *
 * @param downwards the limit is one from below
 */
export function breachTime(
  fitted: Fit,
  path: Float64Array,
  limit: number,
  downwards: boolean,
  now: number,
): number {
  for (let i = 0; i < path.length; i++) {
    const time = (fitted.from + i + 0.5) * fitted.bin;
    if (time > now + day) break;
    const value = path[i] as number;
    if (time + fitted.bin / 2 > now && (downwards ? value < limit : value > limit))
      return Math.max(now, time);
  }
  return Number.POSITIVE_INFINITY;
}

/** @param sorted ascending, at least one */
export function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
