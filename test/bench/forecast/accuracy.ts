import { setImmediate } from 'node:timers/promises';
import { coverage, mase, msis, naive2, naiveScale, passesSeasonalTest, smape } from '@tidewatch/forecast';
import { hours, type Series } from './series.ts';

/** What follows a series, with the band that is to hold 95 % of it. */
export interface Outlook {
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export type Forecaster = (history: Float64Array) => Outlook;

export const level = 0.95;

/** Means over series, as the M4 competition takes them. */
export interface Accuracy {
  /** Mean of sMAPE and MASE, each relative to Naive2's. */
  readonly owa: number;
  readonly smape: number;
  readonly mase: number;
  readonly msis: number;
  readonly coverage: number;
  /** Processor time a series. */
  readonly milliseconds: number;
}

export async function accuracyOf(forecaster: Forecaster, series: readonly Series[]): Promise<Accuracy> {
  const sums = { smape: 0, mase: 0, msis: 0, coverage: 0, baseSmape: 0, baseMase: 0 };
  const [season] = hours.seasons;
  let spent = 0;
  for (const { history, actual } of series) {
    const began = process.cpuUsage();
    const { expected, lower, upper } = forecaster(history);
    const { user, system } = process.cpuUsage(began);
    spent += (user + system) / 1_000;
    const filled = withoutGaps(history);
    const scale = naiveScale(history, season);
    const base = naive2(filled, season, passesSeasonalTest(filled, season), hours.horizon);
    sums.smape += smape(actual, expected);
    sums.mase += mase(actual, expected, scale);
    sums.msis += msis(actual, lower, upper, scale, level);
    sums.coverage += coverage(actual, lower, upper);
    sums.baseSmape += smape(actual, base);
    sums.baseMase += mase(actual, base, scale);
    await setImmediate();
  }
  const n = series.length;
  return {
    owa: (sums.smape / sums.baseSmape + sums.mase / sums.baseMase) / 2,
    smape: sums.smape / n,
    mase: sums.mase / n,
    msis: sums.msis / n,
    coverage: sums.coverage / n,
    milliseconds: spent / n,
  };
}

/** For those that know no gaps: the last value goes on. */
export function withoutGaps(values: Float64Array): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
