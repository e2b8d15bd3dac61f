import { type Bands, bandsAround, conformalWidths, normalWidths } from './bands.ts';
import { holtWinters } from './methods/holt_winters.ts';
import { inLogs, type Method } from './methods/method.ts';
import { deviationOf, robustLevel } from './methods/robust_level.ts';
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
  readonly band: Bands;
  readonly seasons: readonly number[];
  readonly parts: readonly Part[];
  /** Mean absolute error over the back-test, of all methods together. */
  readonly error: number;
}

const fewestKnown = 4;
/** Origins that a back-test forecasts from, at most, and how far they are apart at least. */
const mostOrigins = 8;
/** A method that is worse than the best by so much has no part. */
const tolerated = 1.6;
/** How sharply weights fall with the error. */
const sharpness = 4;

/** The methods that forecast a series, with their weights and parameters. */
export interface Chosen {
  readonly seasons: readonly number[];
  readonly parts: readonly (Part & { readonly parameters: Float64Array })[];
  /** Mean absolute error over the back-test, of all methods together. */
  readonly error: number;
}

export interface Choice extends Chosen {
  /** How far the back-test was off, by origin and step: what came less what was forecast; NaN where nothing came. */
  readonly errors: readonly Float64Array[];
  /** The same of seasonal-naive; none where it was not tried. */
  readonly naiveErrors: readonly Float64Array[];
}

/**
 * Finds the seasons that a series has, tries the methods on its own past, and weighs them by how they did.
 *
 * @param values oldest first; NaN where nobody measured; at least 4 known
 * @returns undefined where too little is known for any method
 */
export function choose(
  values: Float64Array,
  { horizon, seasons: candidates }: PredictOptions,
): Choice | undefined {
  if (values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0) < fewestKnown)
    return undefined;
  const seasons = seasonsOf(values, candidates);
  const brief = candidates.length > 0 && values.length < 2 * Math.min(...candidates);
  const origins = originsOf(values.length, horizon, seasons.at(-1) ?? 1);
  const first = origins[0] as number;
  const methods = (brief ? [robustLevel] : methodsFor(seasons, isPositive(values))).filter(
    ({ least }) => least <= first,
  );
  if (methods.length === 0 || first < 2) return undefined;
  const tried = methods.map((method) => {
    const parameters = method.fit(values, first);
    const paths = method.forecast(values, parameters, origins, horizon);
    return { method, parameters, paths, error: meanAbsolute(errorsOf(values, origins, paths)) };
  });
  const best = Math.min(...tried.map(({ error }) => error));
  const kept = tried.filter(({ error }) => error <= best * tolerated || error === best);
  const raw = kept.map(({ error }) => (best === 0 ? (error === 0 ? 1 : 0) : (best / error) ** sharpness));
  const whole = raw.reduce((sum, weight) => sum + weight, 0);
  const parts = kept.map(({ method, parameters, error }, i) => ({
    method: method.name,
    season: method.season,
    weight: (raw[i] as number) / whole,
    error,
    parameters: method.fit(values, values.length, parameters),
  }));
  const backtest = origins.map((_, k) =>
    weigh(
      kept.map(({ paths }) => paths[k] as Float64Array),
      parts,
    ),
  );
  const naive = tried.filter(({ method }) => method.name.startsWith('seasonal_naive')).at(-1);
  const errors = errorsOf(values, origins, backtest);
  return {
    ...{ seasons, parts, errors, error: meanAbsolute(errors) },
    naiveErrors: naive === undefined ? [] : errorsOf(values, origins, naive.paths),
  };
}

const isPositive = (values: Float64Array): boolean => !values.some((value) => value <= 0);

/** What a choice made on the series, or on an earlier part of it, says of the steps that follow. */
export function forecastBy({ seasons, parts }: Chosen, values: Float64Array, horizon: number): Float64Array {
  const methods = new Map([...methodsFor(seasons, true), robustLevel].map((method) => [method.name, method]));
  const usable = parts.filter(({ method }) => methods.has(method));
  const paths = usable.map(
    ({ method, parameters }) =>
      methods.get(method)?.forecast(values, parameters, [values.length], horizon)[0] as Float64Array,
  );
  const floor = floorOf(values);
  return weigh(paths, usable).map((value) => Math.max(floor, value));
}

/**
 * {@link choose} and {@link forecastBy} at once, with bands. Below two of the shortest season the only part is
 * `robust_level`: the median, with a band from the median absolute deviation.
 *
 * @param choice of {@link choose} with the same options on an earlier part of the series: a twentieth of the work
 */
export function predict(
  values: Float64Array,
  options: PredictOptions,
  choice = choose(values, options),
): Prediction | undefined {
  if (choice === undefined) return undefined;
  const { horizon } = options;
  const expected = forecastBy(choice, values, horizon);
  const { errors, parts, seasons, error } = choice;
  const widths =
    parts[0]?.method === robustLevel.name
      ? normalWidths(deviationOf(values), horizon)
      : conformalWidths(errors);
  const band = bandsAround(expected, widths, floorOf(values));
  return { expected, band, seasons, parts, error };
}

/** What never fell below nothing is not expected to. */
const floorOf = (values: Float64Array): number =>
  values.some((value) => value < 0) ? Number.NEGATIVE_INFINITY : 0;

function weigh(paths: readonly Float64Array[], parts: readonly Pick<Part, 'weight'>[]): Float64Array {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const length = paths[0]?.length ?? 0;
  return Float64Array.from(
    { length },
    (_, step) =>
      paths.reduce((sum, path, i) => sum + (parts[i]?.weight ?? 0) * (path[step] as number), 0) / whole,
  );
}

/** Ascending, the last one a horizon before the end. */
function originsOf(length: number, horizon: number, season: number): number[] {
  const last = Math.max(length - horizon, Math.ceil(length * 0.6));
  const room = last - Math.min(last, Math.max(2 * season, Math.ceil(length * 0.4)));
  const apart = Math.max(1, Math.min(Math.ceil(horizon / 2), Math.floor(room / (mostOrigins - 1)) || 1));
  const count = Math.min(mostOrigins, 1 + Math.floor(room / apart));
  return Array.from({ length: count }, (_, i) => last - (count - 1 - i) * apart);
}

/** @param logs whether also those on logarithms, which need values above 0 */
function methodsFor(seasons: readonly number[], logs: boolean): Method[] {
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
  if (logs) for (const method of smoothed) methods.push(inLogs(method, 0));
  return methods;
}

function errorsOf(
  values: Float64Array,
  origins: readonly number[],
  paths: readonly Float64Array[],
): Float64Array[] {
  return paths.map((path, k) =>
    path.map((value, step) => (values[(origins[k] as number) + step] ?? Number.NaN) - value),
  );
}

/** Infinite where no error is known. */
function meanAbsolute(errors: readonly Float64Array[]): number {
  let sum = 0;
  let count = 0;
  for (const path of errors)
    for (const error of path) {
      if (Number.isNaN(error)) continue;
      sum += Math.abs(error);
      count++;
    }
  return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
}
