import { isZone } from '@tidewatch/event';
import { internalSeries, ownTargets, prometheusTargets, type Target } from '@tidewatch/forecaster/targets';
import { z } from 'zod';
import { duration, size } from './size.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Of a label and of series in `/metrics`, before the labels of its own. */
const name = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'is a name of lower-case letters, digits and `_`');

const target = z
  .strictObject({
    name: name
      .describe('Its name: the label `target` of its metrics.')
      .meta({ examples: ['checkout_requests'] }),
    promql: z
      .string()
      .min(1)
      .max(4_096)
      .exactOptional()
      .describe('Expression that `prometheus` is asked. A counter needs `rate`.')
      .meta({ examples: ['sum by (service) (rate(http_requests_total[5m]))'] }),
    series: z
      .enum(internalSeries)
      .exactOptional()
      .describe('Instead of `promql`: what Tidewatch measures of itself, each minute.')
      .meta({ examples: ['events_per_minute'] }),
    direction: z
      .enum(['both', 'above', 'below'])
      .default('both')
      .describe('Which deviations count.')
      .meta({ examples: ['above'] }),
    min_absolute: z
      .number()
      .nonnegative()
      .default(0)
      .describe('Smaller deviations are as expected, in the series’ own unit.')
      .meta({ examples: [5] }),
    min_relative: z
      .number()
      .min(0)
      .max(10)
      .default(0.1)
      .describe('Smaller deviations are as expected, as a share of what is expected.')
      .meta({ examples: [0.2] }),
    limit: z
      .number()
      .exactOptional()
      .describe(
        'What must not be passed; downwards where `direction` is `below`. It is told when it will be.',
      )
      .meta({ examples: [0.9] }),
    step: duration
      .prefault('60s')
      .refine(
        (ms) => ms >= minuteMs && ms <= 60 * minuteMs && ms % minuteMs === 0,
        'is whole minutes, from "1m" to "60m"',
      )
      .describe('Time between values.')
      .meta({ examples: ['60s', '5m'] }),
    season: z
      .union([z.enum(['auto', 'none']), duration])
      .default('auto')
      .describe('`auto` looks for a day and a week; or a time after which it repeats, or `none`.')
      .meta({ examples: ['auto', '12h'] }),
    zone: z
      .string()
      .refine(isZone, 'is no time zone of the tz database')
      .exactOptional()
      .describe(
        'Time zone whose days and weeks it goes by, so that a change of clocks moves nothing. Default: the server’s, unless that is UTC; then a change is found within a day.',
      )
      .meta({ examples: ['Europe/Vienna'] }),
    max_series: z
      .int()
      .min(1)
      .max(500)
      .default(20)
      .describe('Series that it may have; others are left out, and counted.')
      .meta({ examples: [50] }),
  })
  .refine(({ promql, series }) => (promql === undefined) !== (series === undefined), {
    message: 'needs either `promql` or `series`',
  })
  .refine(({ series, step }) => series === undefined || step === minuteMs, {
    message: 'has a `step` that a `series` does not have: it is measured each minute',
  })
  .refine(({ season, step }) => typeof season === 'string' || (season >= 4 * step && season <= 14 * dayMs), {
    message: 'has a `season` that is not within four steps and "14d"',
  });

/** `forecast:` of `tidewatch.yml`. */
export const forecastConfig = z
  .strictObject({
    targets: z
      .array(target)
      .refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'has two targets of one name')
      .default([])
      .describe('What is forecast. One of the name of a default takes its place.')
      .meta({
        examples: [[{ name: 'queue', promql: 'sum(queue_length)', direction: 'above', limit: 10_000 }]],
      }),
    defaults: z
      .boolean()
      .default(true)
      .describe(
        'Whether Tidewatch’s own events, alerts, lag, latency and disk are forecast, and with a `prometheus` hosts and Kafka.',
      )
      .meta({ examples: [true] }),
    prometheus: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .refine(
            (url) => {
              const { username = '', password = '' } = URL.parse(url) ?? {};
              return username === '' && password === '';
            },
            {
              message: 'has a name or password in it: `authorization_file` is for these',
            },
          )
          .describe('Its address, without `/api/v1`. Redirects are not followed.')
          .meta({ examples: ['https://prometheus.example.org'] }),
        authorization_file: z
          .string()
          .exactOptional()
          .describe('File whose content is sent as the header `Authorization`; it is read each time.')
          .meta({ examples: ['/run/secrets/prometheus'] }),
        timeout: duration
          .prefault('10s')
          .refine((ms) => ms >= 1_000 && ms <= 60_000, 'is from "1s" to "60s"')
          .describe('How long an answer may take.')
          .meta({ examples: ['10s'] }),
        max_size: size
          .prefault('32 MiB')
          .describe('A larger answer is refused.')
          .meta({ examples: ['32 MiB'] }),
      })
      .exactOptional()
      .describe('A Prometheus, or what answers its API, that `promql` is asked of.'),
    max_series: z
      .int()
      .min(1)
      .max(5_000)
      .default(500)
      .describe('Series of all targets; others are left out, and counted. Each takes some 0.7 MB.')
      .meta({ examples: [500] }),
  })
  .refine(
    ({ targets, prometheus }) =>
      prometheus !== undefined || targets.every(({ promql }) => promql === undefined),
    {
      message: 'has a target with `promql`, and no `prometheus` to ask',
    },
  )
  .prefault({})
  .describe(
    'What is expected of series of numbers, and how far off what comes is: see /metrics and the console.',
  );

export type ForecastConfig = z.output<typeof forecastConfig>;

const serverZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * The targets in force: those of the configuration before defaults.
 *
 * @param here zone of the tz database that those go by which name none
 */
export function targetsOf(
  { targets, defaults, prometheus }: ForecastConfig,
  here = serverZone(),
): readonly Target[] {
  const own = targets.map(targetOf);
  const named = new Set(own.map((one) => one.name));
  const shipped = defaults ? [...ownTargets, ...(prometheus === undefined ? [] : prometheusTargets)] : [];
  const all = [...own, ...shipped.filter((one) => !named.has(one.name))];
  // Who runs servers in UTC lives by other clocks as a rule: which, the values tell.
  return /^(?:Etc\/)?UTC$/.test(here) ? all : all.map((one) => ({ zone: here, ...one }));
}

function targetOf(configured: ForecastConfig['targets'][number]): Target {
  const { promql, series, season, limit } = configured;
  return {
    name: configured.name,
    from: series === undefined ? { promql: promql ?? '' } : { series },
    direction: configured.direction,
    leastAbsolute: configured.min_absolute,
    leastRelative: configured.min_relative,
    ...(limit !== undefined && { limit }),
    step: configured.step / 1_000,
    seasons:
      season === 'auto' ? [dayMs / 1_000, (7 * dayMs) / 1_000] : season === 'none' ? [] : [season / 1_000],
    maxSeries: configured.max_series,
    ...(configured.zone !== undefined && { zone: configured.zone }),
  };
}
