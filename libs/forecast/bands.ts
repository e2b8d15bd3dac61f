import { quantile } from './growth.ts';

/** @param level share of what comes that the band holds, 0 to 1 */
export type Bands = (level: number) => { readonly lower: Float64Array; readonly upper: Float64Array };

/** Half the widths of such bands, by step. */
export type Widths = (level: number) => Float64Array;

/** Steps on either side whose errors tell how wide the band is at a step. */
const neighbours = 6;

/**
 * Half widths from how far the back-test was off (split conformal prediction: Papadopoulos et al., ECML 2002; with errors
 * normalised by step). How wide they are at a step comes from the errors around it; by what factor they must be wider or
 * narrower to hold their share is learnt on origins whose own errors were left out of that.
 *
 * @param errors by origin and step; NaN where nothing is known
 */
export function conformalWidths(errors: readonly Float64Array[]): Widths {
  const horizon = errors[0]?.length ?? 0;
  const widths = widthsOf(errors, horizon);
  const scores: number[] = [];
  for (const [k, own] of errors.entries()) {
    const others =
      errors.length > 2
        ? widthsOf(
            errors.filter((_, i) => i !== k),
            horizon,
          )
        : widths;
    for (let step = 0; step < horizon; step++) {
      const score = Math.abs(own[step] as number) / (others[step] as number);
      if (!Number.isNaN(score)) scores.push(score);
    }
  }
  const sorted = Float64Array.from(scores).sort();
  return (level) => {
    const factor = sorted.length === 0 ? 0 : quantile(sorted, level);
    return widths.map((width) => factor * width);
  };
}

/** What follows a series as a band around it, never below a floor. */
export const bandsAround =
  (expected: Float64Array, widths: Widths, floor: number): Bands =>
  (level) => {
    const half = widths(level);
    return {
      lower: expected.map((value, step) => Math.max(floor, value - (half[step] as number))),
      upper: expected.map((value, step) => value + (half[step] as number)),
    };
  };

/** Mean absolute error around each step; never nothing, so that a constant series has a band. */
function widthsOf(errors: readonly Float64Array[], horizon: number): Float64Array {
  const all = meanOf(errors, 0, horizon - 1) ?? 0;
  return Float64Array.from({ length: horizon }, (_, step) => {
    const near = meanOf(errors, step - neighbours, step + neighbours) ?? all;
    return Math.max(near, all * 0.1, Number.MIN_VALUE);
  });
}

function meanOf(errors: readonly Float64Array[], from: number, to: number): number | undefined {
  let sum = 0;
  let count = 0;
  for (const path of errors)
    for (let step = Math.max(0, from); step <= to && step < path.length; step++) {
      const error = Math.abs(path[step] as number);
      if (Number.isNaN(error)) continue;
      sum += error;
      count++;
    }
  return count === 0 ? undefined : sum / count;
}

/** Those of a normal distribution. @param deviation standard deviation */
export const normalWidths =
  (deviation: number, horizon: number): Widths =>
  (level) =>
    new Float64Array(horizon).fill(deviation * normalQuantile((1 + level) / 2));

/** To 0.0005 (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23). @param share 0.5 to 1 */
function normalQuantile(share: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - share));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t ** 2;
  return t - above / (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3);
}
