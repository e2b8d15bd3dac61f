import { type Choice, choose, type LocalTime, predict } from '@tidewatch/forecast';
import type { Track } from './track.ts';

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

/** How a series is measured, and what may be found in it. */
export interface Shape {
  /** Seconds between values. */
  readonly step: number;
  /** Seasons that it may have, in seconds. */
  readonly seasons: readonly number[];
  /** The clock that its seasons go by. */
  readonly local: LocalTime;
}

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
  /** By what it was made; absent where only the level is known. */
  readonly chosen?: Chosen;
}

/** The methods of a series, from its own past. */
export interface Chosen {
  readonly choice: Choice;
  /** How far values are from the means of their bins: the half width that holds a share of them. */
  readonly noise: { readonly inner: number; readonly outer: number };
}

export interface Band {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export const binOf = (step: number): number => Math.max(1, Math.round(binSeconds / step)) * step;

/**
 * Makes the forecast of a series for the next day.
 *
 * @param now epoch seconds
 * @param chosen by what it was made before; absent: methods are tried anew, which takes far longer
 * @returns undefined with fewer than 10 values
 */
export function fitOf(track: Values, shape: Shape, now: number, chosen?: Chosen): Fit | undefined {
  const { step, seasons, local } = shape;
  const bin = binOf(step);
  const from = Math.floor(now / bin);
  const length = Math.ceil(reach / bin);
  const shortest = seasons.length === 0 ? day / 2 : Math.min(...seasons);
  const past = pastOf(track, shape, now, bin);
  const isLong = past.means.length * bin >= 2 * shortest;
  // A day whose clocks change has an hour more.
  const horizon = length + Math.ceil(hour / bin);
  const inBins = seasons.map((season) => Math.round(season / bin)).filter((season) => season > 1);
  const options = { horizon, seasons: inBins };
  const known = chosen?.choice.seasons.every((season) => past.means.length >= 2 * season)
    ? chosen
    : undefined;
  const choice = isLong ? (known?.choice ?? choose(past.means, options)) : undefined;
  const found = choice && predict(past.means, options, choice);
  if (choice === undefined || found === undefined) return levelOf(track, step, { now, from, bin, length });
  const noise = known?.noise ?? noiseOf(track, past, step, bin);
  const best = [...found.parts].sort((a, b) => b.weight - a.weight)[0];
  const places = Float64Array.from({ length }, (_, i) => {
    const place = Math.floor(local((from + i + 0.5) * bin) / bin) - past.end;
    return Math.min(horizon - 1, Math.max(0, place));
  });
  const ahead = (path: Float64Array): Float64Array => places.map((place) => path[place] as number);
  const bandOf = (level: number, of: number): Band => {
    const { lower, upper } = widened(found.band(level), found.expected, of);
    return { lower: ahead(lower), upper: ahead(upper) };
  };
  return {
    ...{ at: now, from, bin, expected: ahead(found.expected) },
    inner: bandOf(0.8, noise.inner),
    outer: bandOf(0.99, noise.outer),
    method: best?.method ?? 'level',
    seasons: found.seasons.map((season) => season * bin),
    chosen: { choice, noise },
  };
}

/** Means of bins as clocks show them: an hour that they skip is unknown, one that they repeat is taken twice. */
interface Past {
  readonly means: Float64Array;
  /** Number of the bin after the last. */
  readonly end: number;
  /** Where between the middles of bins a step is, from that of the first on. */
  readonly placeOf: (at: number) => number;
  /** First step, and that after the last. */
  readonly steps: readonly [first: number, end: number];
}

function pastOf(track: Values, { step, local }: Shape, now: number, bin: number): Past {
  const size = bin / step;
  // A bin that is there in part is no mean of one.
  const first = Math.ceil(track.first() / size) * size;
  const from = Math.floor(local(first * step) / bin);
  const end = Math.max(from, Math.floor(local(now) / bin));
  const last = Math.floor(now / step);
  const sums = new Float64Array(end - from);
  const counts = new Float64Array(end - from);
  for (let at = first; at < last; at++) {
    const value = track.at(at);
    const place = Math.floor(local(at * step) / bin) - from;
    if (Number.isNaN(value) || !(place < sums.length)) continue;
    sums[place] = (sums[place] as number) + value;
    counts[place] = (counts[place] as number) + 1;
  }
  return {
    means: sums.map((sum, i) => (counts[i] === 0 ? Number.NaN : sum / (counts[i] as number))),
    ...{ end, steps: [first, last] },
    placeOf: (at) => local((at + 0.5) * step) / bin - 0.5 - from,
  };
}

/** Of the last week. */
function noiseOf(track: Values, { means, placeOf, steps }: Past, step: number, bin: number): Chosen['noise'] {
  if (step === bin) return { inner: 0, outer: 0 };
  const away: number[] = [];
  for (let at = Math.max(steps[0], steps[1] - Math.round((7 * day) / step)); at < steps[1]; at++) {
    const place = placeOf(at);
    const low = means[Math.max(0, Math.floor(place))] as number;
    const high = means[Math.floor(place) + 1] ?? low;
    const distance = Math.abs(track.at(at) - low - (high - low) * (place - Math.floor(place)));
    if (!Number.isNaN(distance)) away.push(distance);
  }
  const sorted = Float64Array.from(away).sort();
  const holding = (level: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(level * sorted.length))] ?? 0;
  return { inner: holding(0.8), outer: holding(0.99) };
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

/** The level of the last day, from single values: below two of the shortest season there is no more to be known. */
function levelOf(
  track: Values,
  step: number,
  { now, from, bin, length }: { now: number; from: number; bin: number; length: number },
): Fit | undefined {
  const newest = Math.floor(now / step);
  const oldest = Math.max(track.first(), newest - Math.round(day / step) + 1);
  const values = Float64Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, i) =>
    track.at(oldest + i),
  );
  if (values.filter((value) => !Number.isNaN(value)).length < fewestValues) return undefined;
  // No season is looked for that has not been seen twice.
  const found = predict(values, { horizon: 1, seasons: [values.length] });
  if (found === undefined) return undefined;
  const flat = ([value = Number.NaN]: Float64Array) => new Float64Array(length).fill(value);
  const bandOf = ({ lower, upper }: Band): Band => ({ lower: flat(lower), upper: flat(upper) });
  return {
    ...{ at: now, from, bin, expected: flat(found.expected), method: 'level', seasons: [] },
    ...{ inner: bandOf(found.band(0.8)), outer: bandOf(found.band(0.99)) },
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
