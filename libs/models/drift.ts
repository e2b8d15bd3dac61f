/** What a series' values are: numbers with an order, or numbers of categories. */
export type SeriesKind = 'ordered' | 'categories';

/** How often a series fell into each of its bins when it was calibrated, and what its bins are. Plain data. */
export interface Calibration {
  readonly kind: SeriesKind;
  /**
   * Of ordered values the upper edge of each bin, which belongs to it, ascending; one more bin has what is above. Of
   * categories the bin of each that is known; one more bin has all others.
   */
  readonly bins: readonly (readonly [value: number, bin: number])[];
  readonly counts: readonly number[];
}

/** How far a series has moved since it was calibrated. */
export interface Drift {
  /** Population stability index: the sum of (p − q) ln(p / q) over bins, natural logarithm. */
  readonly psi: number;
  /** Kolmogorov-Smirnov distance at the edges of bins, 0 to 1; null for categories, which have no order. */
  readonly ks: number | null;
  /** The larger one in units of its limit: above 1 it is no chance, and large enough to matter. */
  readonly ratio: number;
}

const mostBins = 20;
const valuesPerBin = 10;
/** By custom a PSI of 0.2 is a change to act on; a shift by one standard deviation of a normal series has about 0.9. */
const leastPsi = 0.2;
/** That of a shift by 0.38 standard deviations. */
const leastKs = 0.15;
/** Of a million windows without drift one may pass a limit, by each statistic of each series. */
const chance = 1e-6;
/** What a standard normal variable is above with that chance. */
const normalAtChance = 4.7534;

/** @param values a sample of what is normal: finite numbers, in any order */
export function calibrate(kind: SeriesKind, values: Float32Array): Calibration {
  if (kind === 'ordered') return counted(kind, quantiles(values), values);
  // Bins that are made of a sample suit it better than what comes later: what was in it by chance is less frequent then, and
  // what was not comes. So one half makes them, and the other is counted.
  return counted(
    kind,
    frequent(values.filter((_, i) => i % 2 === 0)),
    values.filter((_, i) => i % 2 === 1),
  );
}

function counted(kind: SeriesKind, bins: Calibration['bins'], values: Float32Array): Calibration {
  const counts = new Array<number>(binCount(bins)).fill(0);
  const calibration = { kind, bins, counts };
  const binOf = createBinning(calibration);
  for (const value of values) (counts[binOf(value)] as number) += 1;
  return calibration;
}

const binCount = (bins: Calibration['bins']): number => (bins.at(-1)?.[1] ?? -1) + 2;
const wantedOf = ({ length }: Float32Array): number =>
  Math.max(2, Math.min(mostBins, Math.floor(length / valuesPerBin)));

/** Edges between bins of equal weight, with bins of their own for what lies outside the sample. */
function quantiles(values: Float32Array): Calibration['bins'] {
  const wanted = wantedOf(values);
  const sorted = values.toSorted();
  const least = sorted[0] ?? 0;
  const edges = new Set([least - Math.abs(least) * 2 ** -22 - 2 ** -126]);
  for (let i = 1; i <= wanted; i++) edges.add(sorted[Math.ceil((i * sorted.length) / wanted) - 1] ?? 0);
  return [...edges].map((edge, bin) => [edge, bin]);
}

/** Bins of about equal weight, the most frequent categories first; frequent ones have their own. */
function frequent(values: Float32Array): Calibration['bins'] {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  const weight = values.length / wantedOf(values);
  let [bin, filled] = [0, 0];
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .map(([value, count]) => {
      if (filled >= weight) [bin, filled] = [bin + 1, 0];
      filled += count;
      return [value, bin];
    });
}

/** Says into which bin of a calibration a value falls. */
export function createBinning({ kind, bins }: Calibration): (value: number) => number {
  if (kind === 'categories') {
    const known = new Map(bins);
    const others = binCount(bins) - 1;
    return (value) => known.get(value) ?? others;
  }
  const edges = Float64Array.from(bins, ([edge]) => edge);
  return (value) => {
    let from = 0;
    let to = edges.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((edges[middle] as number) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  };
}

/**
 * How far counts of the same bins are from those of the calibration. Limits are the larger one of what matters and of what
 * chance alone would reach in samples of these sizes: of the PSI (1/n + 1/m) times a quantile of chi square (Yurdakul 2018,
 * "Statistical properties of population stability index"), of the distance Smirnov's.
 *
 * @param counts at least one
 */
export function driftOf({ kind, counts: before }: Calibration, counts: ArrayLike<number>): Drift {
  const [m, n] = [total(before), total(counts)];
  let psi = 0;
  let ks = 0;
  let ahead = 0;
  for (let bin = 0; bin < before.length; bin++) {
    const [was, is] = [before[bin] as number, counts[bin] as number];
    const p = smoothed(was, m, before.length);
    const q = smoothed(is, n, before.length);
    psi += (p - q) * Math.log(p / q);
    ahead += is / n - was / m;
    ks = Math.max(ks, Math.abs(ahead));
  }
  const psiLimit = Math.max(leastPsi, (1 / n + 1 / m) * chiSquare(before.length - 1));
  const ksLimit = Math.max(leastKs, Math.sqrt((-Math.log(chance / 2) / 2) * (1 / n + 1 / m)));
  if (kind === 'categories') return { psi, ks: null, ratio: psi / psiLimit };
  return { psi, ks, ratio: Math.max(psi / psiLimit, ks / ksLimit) };
}

const total = (counts: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
};

/** The share of a bin as if each had held half an event more, so that an empty one has a logarithm. */
const smoothed = (count: number, sum: number, bins: number): number => (count + 0.5) / (sum + bins / 2);

/** What chi square is above with the chance (Wilson and Hilferty 1931). */
function chiSquare(freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + normalAtChance * Math.sqrt(part)) ** 3;
}
