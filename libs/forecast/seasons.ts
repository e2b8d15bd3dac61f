/** A season needs to be seen so often. */
const fewestSeasons = 2;
/** One-sided 90 % of a normal distribution, as in the M4 competition's test. */
const z = 1.645;

/**
 * Which of the candidate seasons a series has: its autocorrelation at that lag is beyond what the lags before it leave to
 * chance (Bartlett's formula), after the trend was taken out.
 *
 * @param candidates in steps, each above 1
 * @returns those that hold, ascending
 */
export function seasonsOf(values: Float64Array, candidates: readonly number[]): number[] {
  const known = values.filter((value) => !Number.isNaN(value)).length;
  return [...candidates]
    .sort((a, b) => a - b)
    .filter((season) => season > 1 && values.length >= fewestSeasons * season && known >= season)
    .filter((season) => isSeasonal(values, season));
}

/** The test of the M4 competition: the series as it is, all lags counted. */
export const passesSeasonalTest = (values: Float64Array, season: number): boolean =>
  season > 1 && values.length >= 3 * season && beyondChance(deviations(values), season, season);

function deviations(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** Series of strong daily swings have large correlations at many lags: beyond a bound they say no more of chance. */
const isSeasonal = (values: Float64Array, season: number): boolean =>
  beyondChance(withoutTrend(values), season, season / 4);

function beyondChance(plain: Float64Array, season: number, bound: number): boolean {
  const variance = product(plain, 0);
  if (!(variance > 0)) return false;
  let squares = 0;
  for (let lag = 1; lag < season; lag++) squares += (product(plain, lag) / variance) ** 2;
  const limit = z * Math.sqrt((1 + 2 * Math.min(squares, bound)) / plain.length);
  return product(plain, season) / variance > limit;
}

/** Deviations from the line through the series; 0 where nobody measured. */
function withoutTrend(values: Float64Array): Float64Array {
  let n = 0;
  let sumT = 0;
  let sumY = 0;
  for (let t = 0; t < values.length; t++) {
    if (Number.isNaN(values[t] as number)) continue;
    n++;
    sumT += t;
    sumY += values[t] as number;
  }
  const [meanT, meanY] = [sumT / n, sumY / n];
  let spread = 0;
  let joint = 0;
  for (let t = 0; t < values.length; t++) {
    if (Number.isNaN(values[t] as number)) continue;
    spread += (t - meanT) ** 2;
    joint += (t - meanT) * ((values[t] as number) - meanY);
  }
  const slope = spread === 0 ? 0 : joint / spread;
  return values.map((value, t) => (Number.isNaN(value) ? 0 : value - meanY - slope * (t - meanT)));
}

function product(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < values.length; t++) sum += (values[t] as number) * (values[t - lag] as number);
  return sum;
}
