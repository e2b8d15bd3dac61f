import { z } from 'zod';
import { duration } from './size.ts';

/** `models:` of `tidewatch.yml`. */
export const modelsConfig = z
  .strictObject({
    paths: z
      .array(z.string())
      .default(['models'])
      .describe(
        'Folders of models, `NAME/VERSION/manifest.yml` below each, relative to this file or to Tidewatch.',
      ),
    trusted_keys: z
      .array(z.string())
      .default([])
      .describe(
        'Files of public keys (Ed25519, PEM). With any, a model runs only if one of them signed it; Tidewatch’s own always do.',
      )
      .meta({ examples: [['model-signing.pem']] }),
    budget: z
      .strictObject({
        alerts_per_day: z
          .number()
          .positive()
          .default(20)
          .describe('Alerts that a model may raise a day, as a backtest on stored events tells, to go live.'),
        events_per_second: z
          .number()
          .positive()
          .default(2_000)
          .describe('Events that a model must score in a second of that backtest to go live.'),
        backtest: duration.prefault('7d').describe('How far back that backtest looks.'),
        least_events: z
          .int()
          .positive()
          .max(20_000)
          .default(500)
          .describe('Events that it must have scored: no alerts on fewer are no reason to go live.'),
        least_time: duration.prefault('30m').describe('Time that these must be spread over at least.'),
      })
      .refine(({ backtest, least_time }) => least_time <= backtest, {
        path: ['least_time'],
        message: 'is longer than `backtest` looks back',
      })
      .prefault({})
      .describe('What a model must keep to before it goes live.'),
    drift: z
      .strictObject({
        window: duration
          .prefault('1d')
          .describe('How long a window is at least, by the time of taking; 7d where weekends differ.'),
        scores: z.int().min(500).default(2_000).describe('Scores that a window has at least.'),
      })
      .prefault({})
      .describe(
        'Windows of a model’s scores and features; each is compared with what the manifest says of training (`reference`), or with the first of its version.',
      ),
  })
  .prefault({})
  .describe('Models that score events: where they are, and what they must keep to.');
