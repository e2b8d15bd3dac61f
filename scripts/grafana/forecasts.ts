import { dashboard } from './dashboard.ts';
import { lines, number, rows } from './panel.ts';
import { age, max, metric } from './query.ts';

const target = { target: '$target' } as const;

/** What was said `horizon` before a time, drawn at that time: the newest of it lies in the future. */
const ahead = (
  name: 'forecast_expected' | 'forecast_lower' | 'forecast_upper',
  horizon: '1h' | '24h',
  level?: string,
) => `max(${metric(name, { ...target, horizon, ...(level !== undefined && { level }) })} offset ${horizon})`;

/** The upper line, filled down to the lower one, both without a stroke. */
const band = (panel: ReturnType<typeof lines>) =>
  panel
    .overrideByRegexp('/^(upper|lower)/', [
      { id: 'custom.lineWidth', value: 0 },
      { id: 'custom.fillOpacity', value: 0 },
    ])
    .overrideByName('upper', [
      { id: 'custom.fillBelowTo', value: 'lower' },
      { id: 'custom.fillOpacity', value: 15 },
    ])
    .overrideByName('expected', [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } }]);

/** What was said so long before, beside what came. @param words the horizon, as a sentence begins with it */
const outlook = (horizon: '1h' | '24h', words: string) =>
  band(
    lines({
      title: `${words} ahead`,
      about: `What was said ${words.toLowerCase()} before, at the time it was said of: it runs ${words.toLowerCase()} into the future. The band holds 80 %.`,
      unit: 'short',
      queries: {
        actual: max('forecast_actual', [], target),
        expected: ahead('forecast_expected', horizon),
        lower: ahead('forecast_lower', horizon, '0.8'),
        upper: ahead('forecast_upper', horizon, '0.8'),
        limit: max('forecast_limit', [], target),
      },
    }),
  );

export const forecasts = dashboard({
  uid: 'tidewatch-forecasts',
  title: 'Forecasts',
  about:
    'One series that is forecast: what came, what was expected, what is expected of the next day, and how good that was.',
  choices: { target: 'label_values(tidewatch_forecast_actual{job=~"$job"}, target)' },
  time: { from: 'now-3d', to: 'now+24h' },
  rows: {
    $target: [
      band(
        lines({
          title: 'Actual and expected',
          about:
            'The value, what was expected of it before it came, and the band that holds 99 % of what is usual.',
          unit: 'short',
          queries: {
            actual: max('forecast_actual', [], target),
            expected: max('forecast_expected', [], { ...target, horizon: '0s' }),
            lower: max('forecast_lower', [], { ...target, horizon: '0s', level: '0.99' }),
            upper: max('forecast_upper', [], { ...target, horizon: '0s', level: '0.99' }),
            limit: max('forecast_limit', [], target),
          },
          width: 24,
        }),
      ),
      outlook('24h', 'A day'),
      outlook('1h', 'An hour'),
    ],
    'How odd, and how good': [
      lines({
        title: 'Score',
        about:
          'How far the last values together are off: 0 as expected, above 1 where that is hardly chance. An alert fires where it stays so for three minutes.',
        unit: 'none',
        queries: { score: max('forecast_anomaly_score', [], target), edge: 'vector(1)' },
        width: 8,
      }),
      lines({
        title: 'Coverage',
        about:
          'Share of values that the bands held, by level and window. The share of a good band is its level.',
        unit: 'percentunit',
        queries: { '{{level}} over {{window}}': max('forecast_coverage_ratio', ['level', 'window'], target) },
        width: 8,
        max: 1,
      }),
      lines({
        title: 'Error against seasonal-naive',
        about: 'Mean absolute error by that of the same time a season ago. Below 1 the forecast is better.',
        unit: 'none',
        queries: {
          '{{horizon}} over {{window}}': max('forecast_relative_error_ratio', ['horizon', 'window'], target),
        },
        width: 8,
      }),
      number({
        title: 'Limit reached in',
        about:
          'Seconds until what is expected (level 0) or the edge of a band passes the limit. Infinite: not within a day.',
        unit: 's',
        queries: {
          'level {{level}}': `${max('forecast_breach_timestamp_seconds', ['level'], target)} - time()`,
        },
        width: 8,
      }),
      rows({
        title: 'Method',
        about: 'Which method has the greatest part, and the longest season in seconds.',
        unit: 'none',
        queries: { method: max('forecast_method_info', ['method', 'season'], target) },
        width: 8,
      }),
      number({
        title: 'Last made',
        about: 'Seconds since the forecast of any series was made.',
        unit: 's',
        queries: { '{{target}}': age('forecast_last_fit_timestamp_seconds', ['target']) },
        width: 8,
      }),
    ],
  },
});
