/** A season needs to be seen so often. */
const fewestSeasons = 2;
/** Least autocorrelation at the lag of a season: less is of no use to a forecast, whether by chance or not. */
const leastCorrelation = 0.1;
/** One-sided 90 % of a normal distribution, as in the M4 competition's test. */
const z = 1.645;

/**
 * Which of the candidate seasons a series has: without its trend and the shorter seasons it has, it still goes with what
 * it was a season ago.
 *
 * @param candidates in steps, each above 1
 * @returns those that hold, ascending
 */
export function seasonsOf(values: Float64Array, candidates: readonly number[]): number[] {
  const known = values.filter((value) => !Number.isNaN(value)).length;
  const found: number[] = [];
  let plain = withoutTrend(values);
  for (const season of [...candidates].sort((a, b) => a - b)) {
    if (season <= 1 || values.length < fewestSeasons * season || known < season) continue;
    if (correlation(plain, season) < leastCorrelation) continue;
    found.push(season);
    plain = withoutProfile(plain, season);
  }
  return found;
}

/** Autocorrelation, in full also where the lag leaves few pairs; 0 for what does not vary. */
function correlation(plain: Float64Array, lag: number): number {
  const pairs = plain.length - lag;
  let early = 0;
  let late = 0;
  for (let t = 0; t < pairs; t++) {
    early += (plain[t] as number) ** 2;
    late += (plain[t + lag] as number) ** 2;
  }
  const size = Math.sqrt(early * late);
  return size > 0 ? product(plain, lag) / size : 0;
}

function withoutProfile(plain: Float64Array, season: number): Float64Array {
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = 0; t < plain.length; t++) {
    sums[t % season] = (sums[t % season] as number) + (plain[t] as number);
    counts[t % season] = (counts[t % season] as number) + 1;
  }
  return plain.map((value, t) => value - (sums[t % season] as number) / (counts[t % season] as number));
}

/** The test of the M4 competition: the series as it is, all lags counted. */
export const passesSeasonalTest = (values: Float64Array, season: number): boolean =>
  season > 1 && values.length >= 3 * season && beyondChance(deviations(values), season);

function deviations(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function beyondChance(plain: Float64Array, season: number): boolean {
  const variance = product(plain, 0);
  if (!(variance > 0)) return false;
  let squares = 0;
  for (let lag = 1; lag < season; lag++) squares += (product(plain, lag) / variance) ** 2;
  const limit = z * Math.sqrt((1 + 2 * squares) / plain.length);
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
