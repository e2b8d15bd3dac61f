/**
 * Rates of a counter, which only grows but begins anew from nothing when what counts starts again: then all that it shows
 * was counted since (as Prometheus' `rate` takes it).
 *
 * @param times epoch seconds, ascending
 * @param counts NaN where nobody measured: what came in between is spread over the time up to the next count
 * @returns per second, at each time since the count before; NaN for the first and where there is no count
 */
export function rateOf(times: Float64Array, counts: Float64Array): Float64Array {
  let before = Number.NaN;
  let since = Number.NaN;
  return counts.map((count, i) => {
    if (Number.isNaN(count)) return Number.NaN;
    const time = times[i] as number;
    const rate = (count >= before ? count - before : count) / (time - since);
    [before, since] = [count, time];
    return rate;
  });
}
