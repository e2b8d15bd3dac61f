import { z } from 'zod';
import { time } from './primitives.ts';

const stage = z.enum(['candidate', 'shadow', 'live', 'retired']);
const when = z.string().describe('ISO 8601');

const modelVersion = z.object({
  version: z.string(),
  stage,
  origin: z
    .enum(['shipped', 'folder', 'kept'])
    .describe('With Tidewatch, in a folder of `models.paths`, or added through the API'),
  runs: z.boolean().describe('Its scores are stored now'),
  reason: z.string().optional().describe('Why it does not run, though it should'),
});

const stageChange = z.object({
  at: when,
  by: z.string(),
  version: z.string(),
  from: stage,
  to: stage,
  why: z.string(),
  forced: z.array(z.string()).optional().describe('Gates that were not passed'),
});

const drift = z
  .object({
    scores: z.number().describe('Scores of the window under way'),
    windows: z.number().describe('Windows that are over; the first says what is normal'),
    series: z
      .array(
        z.object({
          feature: z.string().nullable().describe('Null for the score'),
          psi: z.number().describe('Population stability index'),
          ks: z.number().nullable().describe('Kolmogorov-Smirnov distance; null for categories'),
          ratio: z.number().describe('In units of its limit: above 1 it has drifted'),
        }),
      )
      .describe('What the last window said of the score and each feature; none before one was compared'),
  })
  .meta({ id: 'ModelDrift' });

const calibration = z
  .object({
    verdicts: z
      .number()
      .describe('Its alerts with matches of the last 90 days that were closed as an attack or as none'),
    attacks: z.number().describe('Of these, attacks'),
    error: z
      .number()
      .nullable()
      .describe(
        'Expected calibration error, 0 to 1: how far scores are from the share of attacks; null below 20 verdicts',
      ),
  })
  .meta({ id: 'ModelCalibration' });

const modelRow = z
  .object({
    name: z.string(),
    live: z.string().nullable().describe('The version that raises alerts'),
    versions: z.array(modelVersion).describe('Oldest first'),
    history: z.array(stageChange).describe('Changes of stages, oldest first; at most 50'),
  })
  .meta({ id: 'Model' });

export const modelList = z.object({ models: z.array(modelRow) });

export const modelDetail = modelRow
  .extend({
    about: z.array(
      z.object({
        version: z.string(),
        manifest: z.record(z.string(), z.unknown()).nullable().describe('Null for one that is refused'),
        card: z.string().nullable(),
        golden: z.number().nullable().describe('Golden events that have their scores'),
        drift: drift.nullable().describe('Null for one that does not run here'),
        calibration: calibration.nullable().describe('Null where nobody judged an alert of it'),
      }),
    ),
  })
  .meta({ id: 'ModelDetail' });

const gate = z.object({
  name: z.enum(['admission', 'backtest', 'alerts', 'speed']),
  passed: z.boolean(),
  found: z.string().describe('What was found, with the figures'),
});

const backtest = z.object({
  total: z.number().describe('Stored events of the range that the version is for'),
  events: z
    .number()
    .describe('Those that were looked at: all, or as many as were asked for, spread over them'),
  scored: z.number(),
  matches: z.number(),
  alerts: z.number(),
  alertsPerDay: z.number().describe('As these tell; of an entity at most one in each hour'),
  span: z.number().describe('Milliseconds from the first event to the last'),
  covered: z.number().describe('Those of them in which every event was looked at'),
  perSecond: z.number().nullable(),
  quantiles: z.array(z.number()).describe('Scores that 50, 90, 99 and 99.9 of a hundred are below'),
  faults: z.array(z.string()),
  examples: z.array(z.object({ event: z.string(), score: z.number(), time: z.number() })),
});

export const modelBacktest = z
  .object({ result: backtest, gates: z.array(gate) })
  .meta({ id: 'ModelBacktest' });
export const modelChanged = z.object({ model: modelRow, gates: z.array(gate) }).meta({ id: 'ModelChanged' });

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must be the name of a model');
const version = z.string().regex(/^\d{1,6}(\.\d{1,6}){0,2}$/, 'must be digits and dots');
const why = z.string().trim().min(1).max(1_000).describe('For the history and the audit log');

export const byModel = z.object({ name });
export const byVersion = z.object({ name, version });
export const byFile = byVersion.extend({
  file: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 'must be the name of a file of a model'),
});
export const filePart = z.object({
  offset: z
    .number()
    .int()
    .min(0)
    .max(2 ** 26)
    .describe('Bytes of the file that came before'),
  content: z.base64().max(1_400_000).describe('Base64 of the next part, at most 1 MiB'),
});
export const fileSize = z.object({ bytes: z.number().describe('Bytes that are there by now') });
const events = z
  .int()
  .min(1_000)
  .max(1_000_000)
  .default(20_000)
  .describe(
    'Stored events to look at, at most. Where there are more, stretches of time that lie evenly in the range; 100,000 take some ten seconds',
  );
export const backtestModelBody = z.object({
  from: time.default('now-7d'),
  to: time.default('now'),
  events,
});
export const promoteBody = z.object({
  to: z.enum(['shadow', 'live']),
  why,
  force: z.boolean().default(false).describe('Although gates are not passed'),
  events,
});
export const whyBody = z.object({ why });

export const scoresQuery = z.object({ from: time.default('now-7d'), to: time.default('now') });
export const modelScores = z
  .object({
    tenths: z
      .array(z.number())
      .length(10)
      .describe('Stored scores from 0 up to 0.1, from there up to 0.2, and so on; the last with 1'),
    speed: z
      .object({
        batches: z.number(),
        rows: z.number(),
        p50: z.number().describe('Seconds that half of the batches took at most'),
        p99: z.number().describe('Seconds that 99 of a hundred batches took at most'),
        perSecond: z.number().describe('Rows that it scores in a second of work'),
      })
      .nullable()
      .describe('Of this process since its start; null where it scored nothing'),
  })
  .meta({ id: 'ModelScores' });
