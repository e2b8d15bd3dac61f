import type { Method } from './method.ts';

/** What was a season ago, as it was: what every other method is held against. */
export const seasonalNaive = (season: number): Method => ({
  name: `seasonal_naive_${season}`,
  season,
  least: season,
  fit: () => new Float64Array(0),
  forecast: (values, _, origins, horizon) =>
    origins.map((origin) =>
      Float64Array.from({ length: horizon }, (__, i) => valueBefore(values, origin, i, season)),
    ),
});

/** The last known value at the same place in the season. */
function valueBefore(values: Float64Array, origin: number, step: number, season: number): number {
  for (let at = origin - season + (step % season); at >= 0; at -= season) {
    const value = values[at] as number;
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
}

/** Seasons that the profile is made of at most. */
const seasonsLooked = 5;

/**
 * The median of the last seasons at each place, moved by what the last values stand above theirs; the shift wears off.
 * Parameters: share of the shift that is carried on, and how much of it is left a step later.
 */
export const seasonalProfile = (season: number): Method => ({
  name: `seasonal_profile_${season}`,
  season,
  least: 2 * season,
  fit(values, end) {
    let best = new Float64Array([0, 0]);
    let least = Number.POSITIVE_INFINITY;
    const horizon = Math.min(season, 48);
    const origins = [1, 2, 3].map((back) => end - back * horizon).filter((origin) => origin >= 2 * season);
    if (origins.length === 0) return Float64Array.of(0.5, 0.97);
    for (const share of [0, 0.3, 0.6, 0.9])
      for (const kept of share === 0 ? [0] : [0.8, 0.95, 0.99, 1]) {
        const parameters = Float64Array.of(share, kept);
        const error = meanError(values, profiles(values, parameters, origins, horizon, season), origins, end);
        if (error < least) {
          least = error;
          best = parameters;
        }
      }
    return best;
  },
  forecast: (values, parameters, origins, horizon) => profiles(values, parameters, origins, horizon, season),
});

function meanError(
  values: Float64Array,
  paths: readonly Float64Array[],
  origins: readonly number[],
  end: number,
): number {
  let sum = 0;
  let count = 0;
  for (const [i, origin] of origins.entries()) {
    const path = paths[i] as Float64Array;
    for (let step = 0; step < path.length && origin + step < end; step++) {
      const error = Math.abs((values[origin + step] as number) - (path[step] as number));
      if (Number.isNaN(error)) continue;
      sum += error;
      count++;
    }
  }
  return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
}

function profiles(
  values: Float64Array,
  [share = 0, kept = 0]: Float64Array,
  origins: readonly number[],
  horizon: number,
  season: number,
): Float64Array[] {
  return origins.map((origin) => {
    const profile = Float64Array.from({ length: season }, (_, place) =>
      medianAt(values, origin, place, season),
    );
    let shift = 0;
    let count = 0;
    for (let back = 1; back <= Math.min(season, 24) && back <= origin; back++) {
      const above =
        (values[origin - back] as number) - (profile[(season - (back % season)) % season] as number);
      if (Number.isNaN(above)) continue;
      shift += above;
      count++;
    }
    shift = count === 0 ? 0 : (share * shift) / count;
    return Float64Array.from(
      { length: horizon },
      (_, step) => (profile[step % season] as number) + shift * kept ** step,
    );
  });
}

/** @param place steps after the origin */
function medianAt(values: Float64Array, origin: number, place: number, season: number): number {
  const found: number[] = [];
  for (let at = origin - season + place; at >= 0 && found.length < seasonsLooked; at -= season) {
    const value = values[at] as number;
    if (!Number.isNaN(value)) found.push(value);
  }
  if (found.length === 0) return Number.NaN;
  found.sort((a, b) => a - b);
  const middle = found.length >> 1;
  return found.length % 2 === 1
    ? (found[middle] as number)
    : ((found[middle - 1] as number) + (found[middle] as number)) / 2;
}
