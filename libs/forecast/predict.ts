import { type Bands, createBands } from './bands.ts';
import { holtWinters } from './methods/holt_winters.ts';
import { inLogs, type Method } from './methods/method.ts';
import { seasonalNaive, seasonalProfile } from './methods/seasonal_naive.ts';
import { dampedHolt, theta } from './methods/trend.ts';
import { seasonsOf } from './seasons.ts';

export interface PredictOptions {
  /** Steps ahead. */
  readonly horizon: number;
  /** Seasons that the series may have, in steps. */
  readonly seasons: readonly number[];
}

/** A method's part in a prediction. */
export interface Part {
  readonly method: string;
  readonly season: number;
  /** 0 to 1; all parts add up to 1. */
  readonly weight: number;
  /** Mean absolute error over the back-test. */
  readonly error: number;
}

export interface Prediction {
  /** At steps 1 to the horizon. */
  readonly expected: Float64Array;
  /** Central bands that hold the share `level` (0 to 1) of what comes. */
  readonly band: (level: number) => { readonly lower: Float64Array; readonly upper: Float64Array };
  readonly seasons: readonly number[];
  readonly parts: readonly Part[];
  /** Mean absolute error over the back-test, of all methods together and of seasonal-naive. */
  readonly error: number;
  readonly naiveError: number;
}

const fewestKnown = 4;
/** Origins that a back-test forecasts from, at most, and how far they are apart at least. */
const mostOrigins = 8;
/** A method that is worse than the best by so much has no part. */
const tolerated = 1.6;
/** How sharply weights fall with the error. */
const sharpness = 4;

/**
 * Forecasts a series: finds the seasons it has, tries the methods on its own past, and combines them by how they did.
 *
 * @param values oldest first; NaN where nobody measured; at least 4 known
 * @returns undefined where too little is known for any method
 */
export function predict(
  values: Float64Array,
  { horizon, seasons: candidates }: PredictOptions,
): Prediction | undefined {
  if (values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0) < fewestKnown)
    return undefined;
  const seasons = seasonsOf(values, candidates);
  const origins = originsOf(values.length, horizon, seasons.at(-1) ?? 1);
  const first = origins[0] as number;
  const methods = methodsFor(values, seasons).filter(({ least }) => least <= first);
  if (methods.length === 0 || first < 2) return undefined;
  const tried = methods.map((method) => {
    const parameters = method.fit(values, first);
    const paths = method.forecast(values, parameters, origins, horizon);
    return { method, parameters, paths, error: backtestError(values, origins, paths) };
  });
  const best = Math.min(...tried.map(({ error }) => error));
  const kept = tried.filter(({ error }) => error <= best * tolerated || error === best);
  const raw = kept.map(({ error }) => (best === 0 ? (error === 0 ? 1 : 0) : (best / error) ** sharpness));
  const whole = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / whole);
  const combine = (paths: readonly Float64Array[]): Float64Array =>
    Float64Array.from({ length: horizon }, (_, step) =>
      paths.reduce((sum, path, i) => sum + (weights[i] as number) * (path[step] as number), 0),
    );
  const backtest = origins.map((__, k) => combine(kept.map(({ paths }) => paths[k] as Float64Array)));
  const floor = values.every((value) => !(value < 0)) ? 0 : Number.NEGATIVE_INFINITY;
  const expected = combine(
    kept.map(({ method, parameters }) => {
      const fitted = method.fit(values, values.length, parameters);
      return method.forecast(values, fitted, [values.length], horizon)[0] as Float64Array;
    }),
  ).map((value) => Math.max(floor, value));
  const bands: Bands = createBands(values, origins, backtest, expected, floor);
  const naive = tried.find(({ method }) => method.name.startsWith('seasonal_naive'));
  return {
    expected,
    band: bands,
    seasons,
    parts: kept.map(({ method, error }, i) => ({
      method: method.name,
      season: method.season,
      weight: weights[i] as number,
      error,
    })),
    error: backtestError(values, origins, backtest),
    naiveError: naive?.error ?? Number.NaN,
  };
}

/** Ascending, the last one a horizon before the end. */
function originsOf(length: number, horizon: number, season: number): number[] {
  const last = Math.max(length - horizon, Math.ceil(length * 0.6));
  const room = last - Math.min(last, Math.max(2 * season, Math.ceil(length * 0.4)));
  const apart = Math.max(1, Math.min(Math.ceil(horizon / 2), Math.floor(room / (mostOrigins - 1)) || 1));
  const count = Math.min(mostOrigins, 1 + Math.floor(room / apart));
  return Array.from({ length: count }, (_, i) => last - (count - 1 - i) * apart);
}

function methodsFor(values: Float64Array, seasons: readonly number[]): Method[] {
  const [shortest] = seasons;
  const longest = seasons.at(-1);
  const methods: Method[] = [dampedHolt(1), theta(1)];
  for (const season of seasons.length === 0 ? [1] : seasons) methods.push(seasonalNaive(season));
  if (shortest === undefined || longest === undefined) return methods;
  for (const season of seasons) methods.push(seasonalProfile(season), dampedHolt(season), theta(season));
  const smoothed = [
    holtWinters([shortest]),
    ...(longest > shortest ? [holtWinters([shortest, longest] as const)] : []),
  ];
  methods.push(...smoothed);
  const least = values.reduce((low, value) => (value < low ? value : low), Number.POSITIVE_INFINITY);
  if (least > 0) for (const method of smoothed) methods.push(inLogs(method, 0));
  return methods;
}

function backtestError(
  values: Float64Array,
  origins: readonly number[],
  paths: readonly Float64Array[],
): number {
  let sum = 0;
  let count = 0;
  for (const [k, origin] of origins.entries()) {
    const path = paths[k] as Float64Array;
    for (let step = 0; step < path.length && origin + step < values.length; step++) {
      const error = Math.abs((values[origin + step] as number) - (path[step] as number));
      if (Number.isNaN(error)) continue;
      sum += error;
      count++;
    }
  }
  return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
}
