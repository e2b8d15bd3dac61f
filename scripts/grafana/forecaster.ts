import { dashboard } from './dashboard.ts';
import { lines, number, rows } from './panel.ts';
import { age, max, metric, quantile, rate, sum } from './query.ts';

export const forecaster = dashboard({
  uid: 'tidewatch-forecaster',
  title: 'Forecaster',
  about:
    'Whether forecasts themselves can be trusted: are they made, of fresh values, and do their bands hold what they promise.',
  rows: {
    Series: [
      number({
        title: 'Forecast',
        about: 'Series that are forecast.',
        unit: 'none',
        queries: { series: sum('forecast_series') },
      }),
      number({
        title: 'Limit',
        about: 'How many may be; what is beyond is left out.',
        unit: 'none',
        queries: { limit: sum('forecast_series_limit') },
      }),
      number({
        title: 'Left out',
        about: 'Series that queries answered beyond the limits: they are not watched.',
        unit: 'none',
        queries: { series: sum('forecast_series_left_out') },
        changes: [[1, 'orange']],
      }),
      number({
        title: 'Out of their band',
        about: 'Series whose score is above 1.',
        unit: 'none',
        queries: { series: `count(${metric('forecast_anomaly_score')} > 1) or vector(0)` },
        changes: [[1, 'orange']],
      }),
      number({
        title: 'Oldest value',
        about: 'Seconds since the newest value of the series that waits longest.',
        unit: 's',
        queries: { age: `max(${age('forecast_last_sample_timestamp_seconds', ['target'])})` },
        changes: [
          [300, 'orange'],
          [900, 'red'],
        ],
      }),
      number({
        title: 'Oldest forecast',
        about: 'Seconds since it was made. Each is made anew every hour.',
        unit: 's',
        queries: { age: `max(${age('forecast_last_fit_timestamp_seconds', ['target'])})` },
        changes: [
          [7200, 'orange'],
          [21600, 'red'],
        ],
      }),
    ],
    Work: [
      lines({
        title: 'Forecasts made',
        about: 'By outcome. `too_short`: too little of the series is known yet.',
        unit: 'short',
        queries: { '{{outcome}}': rate('forecast_fits_total', ['outcome']) },
        width: 8,
      }),
      lines({
        title: 'Time to make one, 99th percentile',
        about: 'By the method with the greatest part.',
        unit: 's',
        queries: { '{{method}}': quantile(0.99, 'forecast_fit_duration_seconds', ['method']) },
        width: 8,
      }),
      lines({
        title: 'Questions to Prometheus',
        about: 'By outcome. Those that fail leave series without values.',
        unit: 'reqps',
        queries: { '{{outcome}}': rate('forecast_queries_total', ['outcome']) },
        width: 8,
      }),
    ],
    Trust: [
      lines({
        title: 'Worst coverage of the 99 % band',
        about: 'Over seven days. Below 0.95 its alerts mean little.',
        unit: 'percentunit',
        queries: { coverage: `min(${metric('forecast_coverage_ratio', { level: '0.99', window: '7d' })})` },
        width: 8,
        max: 1,
      }),
      rows({
        title: 'Worse than seasonal-naive',
        about: 'The ten series whose forecasts of a day ahead err most against it, over seven days.',
        unit: 'none',
        queries: {
          ratio: `topk(10, ${max('forecast_relative_error_ratio', ['target'], { horizon: '24h', window: '7d' })})`,
        },
        width: 8,
      }),
      rows({
        title: 'Methods',
        about: 'Series by the method with the greatest part.',
        unit: 'none',
        queries: { series: `count by (method) (${metric('forecast_method_info')})` },
        width: 8,
      }),
    ],
  },
});
