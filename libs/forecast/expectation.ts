/** What was expected of a value before it came. NaN while too little is known. */
export interface Expectation {
  readonly expected: number;
  /** Edges of the band that holds 99 % of what is usual. */
  readonly lower: number;
  readonly upper: number;
  /**
   * How far the last values together are off: 0 as expected, 1 where they are by chance once in `quietDays`, for as long as
   * an alert takes. A single value out of the band does not make an alert, many that are almost out do.
   */
  readonly score: number;
  readonly basis: Basis;
}

/**
 * What the expected value is made of: a forecast with the seasons of the series; its median over a day where no season is
 * known, as below two days; or nothing, where the value was not looked at or is among the first hours'.
 */
export type Basis = 'seasons' | 'level' | 'nothing';

/** Of a value that was not looked at. */
export const nothing: Expectation = {
  expected: Number.NaN,
  lower: Number.NaN,
  upper: Number.NaN,
  score: Number.NaN,
  basis: 'nothing',
};
