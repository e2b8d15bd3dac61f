import { setImmediate } from 'node:timers/promises';
import type { Metrics } from '@tidewatch/telemetry';
import type { Overview } from './engine.ts';
import { type Figures, horizons } from './figures.ts';
import { leads, windows } from './hindsight.ts';

type Gauge = Parameters<Metrics['set']>[0];
type Row = readonly [name: Gauge, labels: Readonly<Record<string, string>>, value: number];

/** Series whose gauges are set without a pause: some 2 ms. */
const inARow = 25;

const keysOf = <T extends object>(of: T) => Object.keys(of) as (keyof T & string)[];

/** Sets the gauges of an overview, a few series at a time, and takes away what is not known any more. */
export function createExports(metrics: Metrics): (overview: Overview) => Promise<void> {
  /** The method that was told of each series, since its name is a label. */
  const methods = new Map<string, Readonly<Record<string, string>>>();
  const put = ([name, labels, value]: Row): void => {
    if (Number.isNaN(value)) metrics.unset(name, labels as never);
    else metrics.set(name, labels as never, value);
  };

  function setMethod({ name: target, method, season, lastFit }: Figures): void {
    const labels = { target, method, season: String(season) };
    const before = methods.get(target);
    if (before !== undefined) metrics.unset('forecast_method_info', before as never);
    methods.delete(target);
    if (Number.isNaN(lastFit)) return;
    metrics.set('forecast_method_info', labels, 1);
    methods.set(target, labels);
  }

  return async (overview) => {
    metrics.set('forecast_series', {}, overview.series.length);
    metrics.set('forecast_series_limit', {}, overview.maxSeries);
    metrics.set('forecast_series_left_out', {}, overview.leftOut);
    for (const target of overview.gone) {
      for (const row of rowsOf({ ...unknown, name: target })) put(row);
      setMethod({ ...unknown, name: target });
    }
    for (const [i, figures] of overview.series.entries()) {
      for (const row of rowsOf(figures)) put(row);
      setMethod(figures);
      if (i % inARow === inARow - 1) await setImmediate();
    }
  };
}

function rowsOf(figures: Figures): Row[] {
  const { name: target, ahead, breach, coverage, relativeError } = figures;
  const rows: Row[] = [
    ['forecast_actual', { target }, figures.actual],
    ['forecast_anomaly_score', { target }, figures.score],
    ['forecast_limit', { target }, figures.limit],
    ['forecast_last_fit_timestamp_seconds', { target }, figures.lastFit],
    ['forecast_last_sample_timestamp_seconds', { target }, figures.lastSample],
  ];
  for (const horizon of keysOf(horizons)) {
    const { expected, inner, outer } = ahead[horizon];
    rows.push(['forecast_expected', { target, horizon }, expected]);
    for (const [level, [lower, upper]] of [['0.8', inner] as const, ['0.99', outer] as const]) {
      rows.push(['forecast_lower', { target, horizon, level }, lower]);
      rows.push(['forecast_upper', { target, horizon, level }, upper]);
    }
  }
  for (const level of keysOf(breach))
    rows.push(['forecast_breach_timestamp_seconds', { target, level }, breach[level]]);
  for (const window of keysOf(windows)) {
    for (const level of keysOf(coverage))
      rows.push(['forecast_coverage_ratio', { target, level, window }, coverage[level][window]]);
    for (const horizon of keysOf(leads))
      rows.push([
        'forecast_relative_error_ratio',
        { target, horizon, window },
        relativeError[horizon][window],
      ]);
  }
  return rows;
}

const nan = Number.NaN;
const nowhere = { expected: nan, inner: [nan, nan], outer: [nan, nan] } as const;
const noRatios = { '1d': nan, '7d': nan };
const unknown: Omit<Figures, 'name'> = {
  ...{ target: '', state: 'waiting', values: 0, lastSample: nan, actual: nan, score: nan, limit: nan },
  ahead: { '0s': nowhere, '1h': nowhere, '4h': nowhere, '24h': nowhere },
  breach: { '0': nan, '0.8': nan, '0.99': nan },
  coverage: { '0.8': noRatios, '0.99': noRatios },
  relativeError: { '1h': noRatios, '24h': noRatios },
  backtest: { '1h': nan, '24h': nan },
  ...{ method: 'level', season: 0, lastFit: nan },
};
