import type { Method } from './method.ts';
import { minimise } from './nelder_mead.ts';

const level = 0;
const short = 1;
const long = 2;
const carry = 3;

/**
 * Exponential smoothing with two seasons and an autoregressive remainder (Taylor, Short-term electricity demand
 * forecasting using double seasonal exponential smoothing, JORS 54, 2003; in the error-correction form of Taylor,
 * Triple seasonal methods, EJOR 204, 2010). With `seasons` of one, the second has no part.
 *
 * Parameters: smoothing of level, short and long season, 0 to 1; share of an error that the next step has as well.
 */
export function holtWinters(seasons: readonly [number] | readonly [number, number]): Method {
  const [first, second = 1] = seasons;
  const longest = Math.max(first, second);
  return {
    name: `holt_winters_${seasons.join('_')}`,
    season: longest,
    least: 2 * longest,
    fit(values, end, found) {
      const start = found ?? Float64Array.of(0.1, 0.15, second === 1 ? 0 : 0.15, 0.5);
      const seed = seedOf(values, end, first, second);
      const cost = (x: Float64Array): number => run(values, end, x, seed, first, second);
      const bounds = [
        [0, 0.9],
        [0, 0.9],
        [0, second === 1 ? 0 : 0.9],
        [-0.2, 0.99],
      ] as const;
      // What was found on most of the series is near.
      return minimise(
        cost,
        start,
        bounds,
        found === undefined ? { evaluations: 120 } : { step: 0.03, evaluations: 40 },
      );
    },
    forecast(values, parameters, origins, horizon) {
      const seed = seedOf(values, origins[0] as number, first, second);
      const paths: Float64Array[] = [];
      run(values, origins.at(-1) as number, parameters, seed, first, second, origins, horizon, paths);
      return paths;
    },
  };
}

/** Level and seasons that smoothing starts from. */
interface Seed {
  readonly level: number;
  readonly short: Float64Array;
  readonly long: Float64Array;
}

/** From the means at each place of the seasons, over the first seasons there are. */
function seedOf(values: Float64Array, end: number, first: number, second: number): Seed {
  const longest = Math.max(first, second);
  const span = Math.min(end, Math.max(2 * longest, 2 * first));
  let sum = 0;
  let count = 0;
  for (let t = 0; t < span; t++) {
    const value = values[t] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const mean = count === 0 ? 0 : sum / count;
  const shortMeans = meansAt(values, span, first, () => mean);
  const longMeans =
    second === 1
      ? new Float64Array(1)
      : meansAt(values, span, second, (t) => mean + (shortMeans[t % first] as number));
  return { level: mean, short: shortMeans, long: longMeans };
}

function meansAt(
  values: Float64Array,
  span: number,
  season: number,
  base: (t: number) => number,
): Float64Array {
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = 0; t < span; t++) {
    const above = (values[t] as number) - base(t);
    if (Number.isNaN(above)) continue;
    sums[t % season] = (sums[t % season] as number) + above;
    counts[t % season] = (counts[t % season] as number) + 1;
  }
  return sums.map((sum, i) => (counts[i] === 0 ? 0 : sum / (counts[i] as number)));
}

/** Smooths up to `end`; answers the mean squared error of one step ahead, after the first long season. */
function run(
  values: Float64Array,
  end: number,
  parameters: Float64Array,
  seed: Seed,
  first: number,
  second: number,
  origins: readonly number[] = [],
  horizon = 0,
  paths: Float64Array[] = [],
): number {
  const a = parameters[level] as number;
  const d = parameters[short] as number;
  const w = parameters[long] as number;
  const phi = parameters[carry] as number;
  const shorts = seed.short.slice();
  const longs = seed.long.slice();
  const from = Math.max(first, second);
  let l = seed.level;
  let before = 0;
  let sum = 0;
  let count = 0;
  let next = 0;
  for (let t = 0; ; t++) {
    if (t === origins[next]) {
      paths.push(ahead(t));
      next++;
    }
    if (t >= end) break;
    const i = t % first;
    const k = t % second;
    const value = values[t] as number;
    if (Number.isNaN(value)) {
      before *= phi;
      continue;
    }
    const error = value - l - (shorts[i] as number) - (longs[k] as number);
    if (t >= from) {
      const missed = error - phi * before;
      sum += missed * missed;
      count++;
    }
    l += a * error;
    shorts[i] = (shorts[i] as number) + d * error;
    longs[k] = (longs[k] as number) + w * error;
    before = error;
  }
  return count === 0 ? 0 : sum / count;

  function ahead(origin: number): Float64Array {
    const path = new Float64Array(horizon);
    let left = before;
    for (let step = 0; step < horizon; step++) {
      left *= phi;
      path[step] =
        l + (shorts[(origin + step) % first] as number) + (longs[(origin + step) % second] as number) + left;
    }
    return path;
  }
}
