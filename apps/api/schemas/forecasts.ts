import { z } from 'zod';

const when = z.number().nullable();
const figure = z.number().nullable().describe('null: not known');

const ahead = z.object({
  expected: figure,
  lower80: figure.describe('Edge of the band that holds 80 %'),
  upper80: figure,
  lower99: figure.describe('Edge of the band that holds 99 %'),
  upper99: figure,
});
const windows = z.object({ '1d': figure, '7d': figure }).describe('Over the last day and the last seven');

export const forecastRow = z
  .object({
    name: z.string().describe('The target, with labels where it has them: the label `target` in /metrics'),
    target: z.string(),
    state: z
      .enum(['waiting', 'learning', 'ready', 'stale'])
      .describe(
        '`waiting` for values, `learning` until there are two of its seasons, `ready`, or `stale`: no value came of late',
      ),
    says: z.string().describe('How it stands, or what it waits for, in words'),
    values: z.number().describe('Values that are known'),
    lastSample: when.describe('Of the newest value, epoch milliseconds'),
    actual: figure,
    score: figure.describe(
      'How far the last values together are off: 0 as expected, above 1 where that is hardly chance',
    ),
    now: ahead.describe('What was expected of the newest value before it came'),
    in1h: ahead,
    in4h: ahead,
    in24h: ahead,
    limit: figure,
    breach: z
      .object({ soonest: when, likely: when })
      .describe(
        'When the 99 % band, and what is expected, passes the limit, epoch milliseconds; null: not within a day, or no limit',
      ),
    coverage: z
      .object({ level80: windows, level99: windows })
      .describe(
        'Share of values that the bands held; of history, too, which was gone through value by value',
      ),
    relativeError: z
      .object({
        ...{ in1h: windows, in24h: windows },
        backtest: z
          .object({ in1h: figure, in24h: figure })
          .describe('Of the back-test that methods were chosen by, until time tells'),
      })
      .describe('Mean absolute error by that of seasonal-naive: below 1 is better'),
    method: z.string().describe('The method with the greatest part; `level` where too little is known'),
    season: z.number().describe('The longest season found, seconds; 0: none'),
    lastFit: when.describe('When its forecast was made, epoch milliseconds'),
  })
  .meta({ id: 'Forecast' });

export const forecastList = z
  .object({
    at: when.describe('Of when this is, epoch milliseconds; null: the forecaster has yet to say something'),
    runs: z.boolean().describe('Whether this server forecasts'),
    series: z.array(forecastRow),
    targets: z.array(
      z.object({
        name: z.string(),
        series: z.number(),
        fault: z.string().optional().describe('Why its last question to Prometheus failed'),
      }),
    ),
    away: z.string().optional().describe('Why Prometheus gives no answer at present'),
    leftOut: z.number().describe('Series beyond the limits'),
    maxSeries: z.number(),
  })
  .meta({ id: 'ForecastList' });

const numbers = z.array(figure);

export const forecastDetail = forecastRow
  .extend({
    history: z
      .object({
        times: z.array(z.number()).describe('Epoch milliseconds'),
        actual: numbers.describe('Means, where there are more values than points'),
        expected: numbers.describe('What was expected of them before they came'),
        lower: numbers.describe('Edges of the 99 % band'),
        upper: numbers,
      })
      .describe('What was, and what was said of it; of the last seven days'),
    future: z
      .object({
        times: z.array(z.number()).describe('Epoch milliseconds'),
        expected: numbers,
        lower80: numbers,
        upper80: numbers,
        lower99: numbers,
        upper99: numbers,
      })
      .describe('What is expected of the next day'),
  })
  .meta({ id: 'ForecastDetail' });

export const acknowledged = z
  .object({ name: z.string().describe('The series whose level is a new one') })
  .meta({ id: 'ForecastAcknowledged' });
