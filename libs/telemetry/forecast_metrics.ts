import { type MetricRow, seconds } from './metric_row.ts';

/** What forecasts say, and whether they can be trusted. */
export const forecastMetrics = {
  forecast_actual: {
    type: 'gauge',
    help: 'The newest value of a series that is forecast.',
    labels: ['target'],
  },
  forecast_expected: {
    type: 'gauge',
    help: 'What is expected of a series: now (0s, said before the value came), in an hour, in a day.',
    labels: ['target', 'horizon'],
  },
  forecast_lower: {
    type: 'gauge',
    help: 'Lower edge of the band that holds the share `level` of what is usual.',
    labels: ['target', 'horizon', 'level'],
  },
  forecast_upper: {
    type: 'gauge',
    help: 'Upper edge of the band that holds the share `level` of what is usual.',
    labels: ['target', 'horizon', 'level'],
  },
  forecast_anomaly_score: {
    type: 'gauge',
    help: 'How far the newest values are out: 0 as expected, 1 where that is hardly chance any more, more beyond.',
    labels: ['target'],
  },
  forecast_limit: { type: 'gauge', help: 'The limit that a series must not pass.', labels: ['target'] },
  forecast_breach_timestamp_seconds: {
    type: 'gauge',
    help: 'When the edge of the band (level 0.8, 0.99) or what is expected (level 0) first passes the limit. +Inf: not within a day.',
    labels: ['target', 'level'],
  },
  forecast_coverage_ratio: {
    type: 'gauge',
    help: 'Share of the values of the window (1d, 7d) that the band held.',
    labels: ['target', 'level', 'window'],
  },
  forecast_relative_error_ratio: {
    type: 'gauge',
    help: 'Mean absolute error over the window by that of seasonal-naive: below 1 is better than it.',
    labels: ['target', 'horizon', 'window'],
  },
  forecast_method_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which method has the greatest part, and the longest season in seconds (0: none). `level`: too little is known for more.',
    labels: ['target', 'method', 'season'],
  },
  forecast_last_fit_timestamp_seconds: {
    type: 'gauge',
    help: 'When the forecast of a series was last made.',
    labels: ['target'],
  },
  forecast_last_sample_timestamp_seconds: {
    type: 'gauge',
    help: 'When the newest value of a series was measured. Old: it is stale.',
    labels: ['target'],
  },
  forecast_fit_duration_seconds: {
    type: 'histogram',
    help: 'Time to make the forecast of one series, by the method with the greatest part.',
    labels: ['method'],
    buckets: seconds,
  },
  forecast_fits_total: {
    type: 'counter',
    help: 'Forecasts made, by outcome (ok, too_short, failed).',
    labels: ['outcome'],
  },
  forecast_queries_total: {
    type: 'counter',
    help: 'Questions to Prometheus, by outcome (ok, empty, failed).',
    labels: ['outcome'],
  },
  forecast_series: { type: 'gauge', help: 'Series that are forecast.', labels: [] },
  forecast_series_limit: {
    type: 'gauge',
    help: 'How many series may be forecast; what is beyond is left out.',
    labels: [],
  },
  forecast_series_left_out: {
    type: 'gauge',
    help: 'Series that queries answered beyond the limits. Above 0 something is not watched.',
    labels: [],
  },
} as const satisfies Record<string, MetricRow>;
