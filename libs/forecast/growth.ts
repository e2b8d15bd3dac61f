/** What a series gains per step, with the interval that it lies in by 80 %. */
export interface Growth {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/** Fewer increments than this say nothing of how they vary. */
const fewestIncrements = 4;
/** Two-sided 80 % of a normal distribution. */
const z = 1.2816;

/**
 * Robust growth of a level that is summed up over time, such as the size of a store.
 *
 * Such a level wanders, so that its points are no independent witnesses of a line through them; what it gains per period
 * is. Increments over whole periods (a day, a week) hold each season once, and so are alike. Of them this takes the
 * Hodges–Lehmann estimate, the median of the means of all pairs, with the interval of the signed-rank test (Hollander and
 * Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3, by the normal approximation): a single outlier, such as the
 * deletion of a class, moves neither far.
 *
 * @param levels one per step, oldest first; NaN where nobody measured, and increments from or to there don't count
 * @param period steps of one increment; they are laid back from the last level without overlap
 * @returns units per step; undefined with fewer than four increments
 */
export function growthOf(levels: Float64Array, period: number): Growth | undefined {
  const gains = incrementsOf(levels, period);
  const count = gains.length;
  if (count < fewestIncrements) return undefined;
  const means = pairMeans(gains).sort();
  const ranks = (count * (count + 1)) / 2;
  const spread = z * Math.sqrt((ranks * (2 * count + 1)) / 12);
  const edge = Math.max(0, 0.5 - spread / ranks);
  const at = (share: number): number => quantile(means, share) / period;
  return { low: at(edge), likely: at(0.5), high: at(1 - edge) };
}

function incrementsOf(levels: Float64Array, period: number): Float64Array {
  const gains: number[] = [];
  for (let end = levels.length - 1; end >= period; end -= period) {
    const gain = (levels[end] as number) - (levels[end - period] as number);
    if (!Number.isNaN(gain)) gains.push(gain);
  }
  return Float64Array.from(gains);
}

/** Means of all pairs, each value with itself, too. */
function pairMeans(values: Float64Array): Float64Array {
  const means = new Float64Array((values.length * (values.length + 1)) / 2);
  let next = 0;
  for (let i = 0; i < values.length; i++)
    for (let j = i; j < values.length; j++)
      means[next++] = ((values[i] as number) + (values[j] as number)) / 2;
  return means;
}

/**
 * Quantile by linear interpolation between the nearest two (type 7 of Hyndman and Fan, 1996).
 *
 * @param sorted ascending, at least one
 * @param share 0 to 1
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (place - below);
}
