import { setImmediate } from 'node:timers/promises';
import type { GaugeRow, Metrics } from '@tidewatch/telemetry';
import type { Overview } from './engine.ts';
import { type Figures, horizons } from './figures.ts';
import { leads, windows } from './hindsight.ts';

/** Series whose gauges are set without a pause: some 2 ms. */
const inARow = 25;

const keysOf = <T extends object>(of: T) => Object.keys(of) as (keyof T & string)[];

/** Sets the gauges of an overview, a few series at a time, and takes away what is not known any more. */
export function createExports(metrics: Metrics): (overview: Overview) => Promise<void> {
  return async (overview) => {
    metrics.set('forecast_series', {}, overview.series.length);
    metrics.set('forecast_series_limit', {}, overview.maxSeries);
    metrics.set('forecast_series_left_out', {}, overview.leftOut);
    for (const name of overview.gone) metrics.tell(name, []);
    for (const [i, figures] of overview.series.entries()) {
      metrics.tell(figures.name, rowsOf(figures));
      if (i % inARow === inARow - 1) await setImmediate();
    }
  };
}

function rowsOf(figures: Figures): GaugeRow[] {
  const { name: target, ahead, breach, coverage, relativeError } = figures;
  const rows: GaugeRow[] = [
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
  const { method, season, lastFit } = figures;
  if (!Number.isNaN(lastFit))
    rows.push(['forecast_method_info', { target, method, season: String(season) }, 1]);
  return rows;
}
