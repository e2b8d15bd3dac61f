import type { Method } from './method.ts';
import { minimise } from './nelder_mead.ts';

/**
 * Holt's trend, damped (Gardner and McKenzie, Management Science 31, 1985), on the series without its season, which is the
 * mean at each place. Parameters: smoothing of level and trend, 0 to 1; damping, 0.8 to 1.
 */
export const dampedHolt = (season: number): Method => ({
  name: season === 1 ? 'damped_holt' : `damped_holt_${season}`,
  season,
  least: Math.max(10, 2 * season),
  fit(values, end, start = Float64Array.of(0.4, 0.05, 0.95)) {
    const plain = withoutSeason(values, end, season);
    return minimise((x) => smooth(plain.values, end, x).error, start, [
      [0.01, 0.99],
      [0, 0.5],
      [0.8, 0.999],
    ]);
  },
  forecast: (values, parameters, origins, horizon) =>
    origins.map((origin) => {
      const plain = withoutSeason(values, origin, season);
      const { level, trend } = smooth(plain.values, origin, parameters);
      const damping = parameters[2] as number;
      let slope = 0;
      let kept = 1;
      return Float64Array.from({ length: horizon }, (_, step) => {
        kept *= damping;
        slope += kept * trend;
        return level + slope + (plain.profile[(origin + step) % season] as number);
      });
    }),
});

/**
 * Theta (Assimakopoulos and Nikolopoulos, IJF 16, 2000; as smoothing with drift after Hyndman and Billah, IJF 19, 2003), on
 * the series without its season. Parameter: smoothing, 0 to 1.
 */
export const theta = (season: number): Method => ({
  name: season === 1 ? 'theta' : `theta_${season}`,
  season,
  least: Math.max(10, 2 * season),
  fit(values, end, start = Float64Array.of(0.4)) {
    const plain = withoutSeason(values, end, season);
    return minimise(
      (x) => smooth(plain.values, end, Float64Array.of(x[0] as number, 0, 1)).error,
      start,
      [[0.01, 0.99]],
      { evaluations: 40 },
    );
  },
  forecast: (values, parameters, origins, horizon) =>
    origins.map((origin) => {
      const plain = withoutSeason(values, origin, season);
      const alpha = parameters[0] as number;
      const { level } = smooth(plain.values, origin, Float64Array.of(alpha, 0, 1));
      const drift = slopeOf(plain.values, origin) / 2;
      return Float64Array.from(
        { length: horizon },
        (_, step) => level + drift * (step + 1 / alpha) + (plain.profile[(origin + step) % season] as number),
      );
    }),
});

interface Plain {
  readonly values: Float64Array;
  readonly profile: Float64Array;
}

/** The series less the mean at each place of the season (less the whole mean). */
function withoutSeason(values: Float64Array, end: number, season: number): Plain {
  const profile = new Float64Array(season);
  if (season === 1) return { values, profile };
  const counts = new Float64Array(season);
  let sum = 0;
  let count = 0;
  for (let t = 0; t < end; t++) {
    const value = values[t] as number;
    if (Number.isNaN(value)) continue;
    profile[t % season] = (profile[t % season] as number) + value;
    counts[t % season] = (counts[t % season] as number) + 1;
    sum += value;
    count++;
  }
  const mean = count === 0 ? 0 : sum / count;
  for (let i = 0; i < season; i++)
    profile[i] = counts[i] === 0 ? 0 : (profile[i] as number) / (counts[i] as number) - mean;
  return { values: values.map((value, t) => value - (profile[t % season] as number)), profile };
}

function smooth(
  values: Float64Array,
  end: number,
  parameters: Float64Array,
): { readonly level: number; readonly trend: number; readonly error: number } {
  const [alpha = 0, beta = 0, damping = 1] = parameters;
  let level = Number.NaN;
  let trend = 0;
  let sum = 0;
  let count = 0;
  for (let t = 0; t < end; t++) {
    const value = values[t] as number;
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(level)) {
      level = value;
      continue;
    }
    const expected = level + damping * trend;
    const error = value - expected;
    sum += error * error;
    count++;
    level = expected + alpha * error;
    trend = damping * trend + alpha * beta * error;
  }
  return { level: Number.isNaN(level) ? 0 : level, trend, error: count === 0 ? 0 : sum / count };
}

/** Slope of the least-squares line through the known values. */
function slopeOf(values: Float64Array, end: number): number {
  let n = 0;
  let sumT = 0;
  let sumY = 0;
  let sumTT = 0;
  let sumTY = 0;
  for (let t = 0; t < end; t++) {
    const value = values[t] as number;
    if (Number.isNaN(value)) continue;
    n++;
    sumT += t;
    sumY += value;
    sumTT += t * t;
    sumTY += t * value;
  }
  const spread = n * sumTT - sumT * sumT;
  return spread === 0 ? 0 : (n * sumTY - sumT * sumY) / spread;
}
