/** How far forecasts were off, by the measures of the M4 competition (Makridakis, Spiliotis and Assimakopoulos, IJF 36, 2020). */

/** Symmetric mean absolute percentage error, 0 to 200. */
export function smape(actual: Float64Array, forecast: Float64Array): number {
  return mean(actual, (value, i) => {
    const size = Math.abs(value) + Math.abs(forecast[i] as number);
    return size === 0 ? 0 : (200 * Math.abs(value - (forecast[i] as number))) / size;
  });
}

/** Mean absolute error of seasonal-naive within the history: what MASE and MSIS are measured in. */
export function naiveScale(history: Float64Array, season: number): number {
  let sum = 0;
  let count = 0;
  for (let t = season; t < history.length; t++) {
    const error = Math.abs((history[t] as number) - (history[t - season] as number));
    if (Number.isNaN(error)) continue;
    sum += error;
    count++;
  }
  return sum / count;
}

/** Mean absolute scaled error. @param scale of {@link naiveScale} */
export const mase = (actual: Float64Array, forecast: Float64Array, scale: number): number =>
  mean(actual, (value, i) => Math.abs(value - (forecast[i] as number))) / scale;

/** Mean scaled interval score of a central band. @param level of the band, e.g. 0.95 */
export function msis(
  actual: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  scale: number,
  level: number,
): number {
  const penalty = 2 / (1 - level);
  const score = mean(actual, (value, i) => {
    const [low, high] = [lower[i] as number, upper[i] as number];
    return high - low + penalty * (Math.max(0, low - value) + Math.max(0, value - high));
  });
  return score / scale;
}

/** Share of the values within a band, 0 to 1. */
export const coverage = (actual: Float64Array, lower: Float64Array, upper: Float64Array): number =>
  mean(actual, (value, i) => (value >= (lower[i] as number) && value <= (upper[i] as number) ? 1 : 0));

function mean(values: Float64Array, of: (value: number, i: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sum += of(value, i);
    count++;
  }
  return sum / count;
}

/**
 * The competition's Naive2: the last value, with the season (a ratio to the moving average) taken out and put back where
 * the series has one.
 *
 * @param season steps; 1 for none
 * @param seasonal whether the series has it
 */
export function naive2(
  history: Float64Array,
  season: number,
  seasonal: boolean,
  horizon: number,
): Float64Array {
  const n = history.length;
  const ratios = seasonal ? seasonalRatios(history, season) : new Float64Array(season).fill(1);
  const last = (history[n - 1] as number) / (ratios[(n - 1) % season] as number);
  return Float64Array.from({ length: horizon }, (_, step) => last * (ratios[(n + step) % season] as number));
}

/** Classical decomposition: means of the ratios to the centred moving average, which average 1. */
function seasonalRatios(history: Float64Array, season: number): Float64Array {
  const half = Math.floor(season / 2);
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = half; t + half < history.length; t++) {
    let average = 0;
    for (let k = -half; k <= half; k++) {
      const edge = season % 2 === 0 && Math.abs(k) === half;
      average += (history[t + k] as number) * (edge ? 0.5 : 1);
    }
    average /= season;
    if (average === 0) continue;
    sums[t % season] = (sums[t % season] as number) + (history[t] as number) / average;
    counts[t % season] = (counts[t % season] as number) + 1;
  }
  const ratios = sums.map((sum, i) => (counts[i] === 0 ? 1 : sum / (counts[i] as number)));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / season;
  // Where counts fall to nothing a ratio may be 0, and what is divided by it nothing at all.
  return ratios.map((ratio) => (mean > 0 && ratio > 0 ? ratio / mean : 1));
}
