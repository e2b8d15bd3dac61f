import { quantile } from '../growth.ts';
import type { Method } from './method.ts';

/** The median of what there is, for a series that is too short to tell its seasons: one incident does not move it. */
export const robustLevel: Method = {
  name: 'robust_level',
  season: 1,
  least: 1,
  fit: () => new Float64Array(0),
  forecast: (values, _, origins, horizon) =>
    origins.map((origin) => new Float64Array(horizon).fill(medianOf(values.subarray(0, origin)))),
};

/** NaN where nothing is known. */
export function medianOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  return known.length === 0 ? Number.NaN : quantile(known, 0.5);
}

/** Standard deviation from the median absolute deviation, as of a normal distribution (Hampel, JASA 69, 1974). */
export function deviationOf(values: Float64Array): number {
  const middle = medianOf(values);
  return 1.4826 * medianOf(values.map((value) => Math.abs(value - middle)));
}
