import { setImmediate } from 'node:timers/promises';
import {
  coverage,
  mase,
  msis,
  naive2,
  naiveScale,
  passesSeasonalTest,
  predict,
  smape,
} from '@tidewatch/forecast';
import { startErrors } from '../errors.ts';
import { type NamedSeries, readSeries } from './series_file.ts';

export interface BacktestRequest {
  readonly train: string;
  readonly test: string;
  /** Candidate seasons in steps; the first is the one that MASE, MSIS and Naive2 go by. */
  readonly seasons: readonly number[];
  readonly horizon: number;
  /** Central share that the band is to hold. */
  readonly level: number;
}

/** Means over the series, as the M4 competition takes them. */
export interface BacktestReport {
  readonly series: number;
  /** Series that were too short, or whose naive errors are nothing: not in the means. */
  readonly left_out: readonly string[];
  /** Mean of sMAPE and MASE, each relative to Naive2's. */
  readonly owa: number;
  readonly smape: number;
  readonly mase: number;
  readonly msis: number;
  readonly coverage: number;
  readonly level: number;
  readonly naive2: { readonly smape: number; readonly mase: number };
  /** The same for what was a season ago. */
  readonly seasonal_naive: { readonly owa: number; readonly smape: number; readonly mase: number };
  readonly milliseconds_per_series: number;
}

/**
 * Forecasts what follows each series of a file, and holds it against what did.
 *
 * Rejects as `readSeries` does, with `SERIES_MISSING` and with `SERIES_UNMEASURED` where there is nothing to measure.
 */
export async function backtest(
  { train, test, seasons, horizon, level }: BacktestRequest,
  progress: (done: number, total: number) => void,
): Promise<BacktestReport> {
  const [histories, futures] = await Promise.all([readSeries(train), readSeries(test)]);
  const actuals = new Map(futures.map(({ id, values }) => [id, values.slice(0, horizon)]));
  const [season = 1] = seasons;
  const rows: Row[] = [];
  const leftOut: string[] = [];
  let spent = 0;
  for (const [done, history] of histories.entries()) {
    const actual = actuals.get(history.id);
    if (actual === undefined) throw startErrors.SERIES_MISSING({ id: history.id, file: test });
    const started = performance.now();
    const row = measure(history, actual, { seasons, season, horizon, level });
    spent += performance.now() - started;
    if (row === undefined) leftOut.push(history.id);
    else rows.push(row);
    progress(done + 1, histories.length);
    await setImmediate();
  }
  if (rows.length === 0) throw startErrors.SERIES_UNMEASURED({ file: train, season });
  const mean = (of: (row: Row) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const base = { smape: mean((row) => row.naive2Smape), mase: mean((row) => row.naive2Mase) };
  const owa = (s: number, m: number): number => (s / base.smape + m / base.mase) / 2;
  const own = { smape: mean((row) => row.smape), mase: mean((row) => row.mase) };
  const naive = { smape: mean((row) => row.naiveSmape), mase: mean((row) => row.naiveMase) };
  return {
    series: rows.length,
    left_out: leftOut,
    owa: owa(own.smape, own.mase),
    ...own,
    msis: mean((row) => row.msis),
    coverage: mean((row) => row.coverage),
    level,
    naive2: base,
    seasonal_naive: { owa: owa(naive.smape, naive.mase), ...naive },
    milliseconds_per_series: spent / Math.max(1, histories.length),
  };
}

interface Row {
  readonly smape: number;
  readonly mase: number;
  readonly msis: number;
  readonly coverage: number;
  readonly naive2Smape: number;
  readonly naive2Mase: number;
  readonly naiveSmape: number;
  readonly naiveMase: number;
}

function measure(
  { values }: NamedSeries,
  actual: Float64Array,
  { seasons, season, horizon, level }: Omit<BacktestRequest, 'train' | 'test'> & { readonly season: number },
): Row | undefined {
  const scale = naiveScale(values, season);
  const prediction = predict(values, { horizon, seasons });
  if (prediction === undefined || !(scale > 0)) return undefined;
  const { expected } = prediction;
  const { lower, upper } = prediction.band(level);
  const second = naive2(values, season, passesSeasonalTest(values, season), horizon);
  const naive = Float64Array.from(
    { length: horizon },
    (_, step) => values[values.length - season + (step % season)] as number,
  );
  return {
    smape: smape(actual, expected),
    mase: mase(actual, expected, scale),
    msis: msis(actual, lower, upper, scale, level),
    coverage: coverage(actual, lower, upper),
    naive2Smape: smape(actual, second),
    naive2Mase: mase(actual, second, scale),
    naiveSmape: smape(actual, naive),
    naiveMase: mase(actual, naive, scale),
  };
}

export function backtestText(report: BacktestReport): string {
  const { owa, mase: scaled, msis: interval, coverage: held, level, seasonal_naive: naive, series } = report;
  const lines = [
    `${series} series${report.left_out.length === 0 ? '' : `, ${report.left_out.length} left out (${report.left_out.slice(0, 5).join(', ')})`}`,
    `OWA       ${owa.toFixed(3)}   (seasonal-naive ${naive.owa.toFixed(3)}, Naive2 1)`,
    `sMAPE     ${report.smape.toFixed(2)} %`,
    `MASE      ${scaled.toFixed(3)}   (seasonal-naive ${naive.mase.toFixed(3)})`,
    `MSIS      ${interval.toFixed(2)}`,
    `coverage  ${(held * 100).toFixed(1)} % of the ${level * 100} % band`,
    `time      ${report.milliseconds_per_series.toFixed(1)} ms a series`,
  ];
  return lines.join('\n');
}
