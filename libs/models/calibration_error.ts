/** What an analyst decided about an alert of a model: 1 for an attack, 0 for what was none. */
export interface JudgedScore {
  /** 0 to 1. */
  readonly score: number;
  readonly verdict: 0 | 1;
}

/** How far a version's scores are from how often analysts said that it was right. */
export interface VerdictCalibration {
  readonly verdicts: number;
  /** Of these, attacks. */
  readonly attacks: number;
  /**
   * Expected calibration error, 0 to 1: the distance between mean score and share of attacks in each tenth of scores, weighted by its
   * verdicts. Null below {@link leastVerdicts}: of a few it is chance.
   */
  readonly error: number | null;
}

export const leastVerdicts = 20;
const tenths = 10;

/** @see Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3 */
export function calibrationError(judged: readonly JudgedScore[]): VerdictCalibration {
  const apart = new Float64Array(tenths);
  let attacks = 0;
  for (const { score, verdict } of judged) {
    const tenth = Math.min(tenths - 1, Math.floor(score * tenths));
    (apart[tenth] as number) += verdict - score;
    attacks += verdict;
  }
  const verdicts = judged.length;
  const error = apart.reduce((sum, each) => sum + Math.abs(each), 0) / verdicts;
  return { verdicts, attacks, error: verdicts < leastVerdicts ? null : error };
}
