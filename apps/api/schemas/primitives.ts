import { isZone } from '@tidewatch/event';
import { z } from 'zod';

export const time = z
  .string()
  .describe('ISO 8601, epoch milliseconds, or relative to now: `now`, `now-15m`, `now-7d`.')
  .meta({ examples: ['now-24h'] });

export const rangeQuery = z.object({
  q: z.string().max(4096).optional().describe('KQL'),
  from: time.default('now-24h'),
  to: time.default('now'),
});

export const pageQuery = rangeQuery.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().max(512).optional().describe('The `next` of the page before.'),
});

export const histogramQuery = rangeQuery.extend({
  buckets: z.coerce.number().int().min(1).max(500).default(60).describe('About how many buckets to make.'),
  zone: z
    .string()
    .max(64)
    .refine(isZone, 'is no name of a time zone')
    .optional()
    .describe('IANA name, such as Europe/Vienna, whose days count; those of UTC without it.'),
});

export const bucket = z.object({
  start: z.number().describe('Epoch milliseconds'),
  count: z.number(),
  split: z.record(z.string(), z.number()).optional(),
});

export const histogram = z
  .object({
    from: z.number(),
    to: z.number(),
    stepMs: z
      .number()
      .describe('How long buckets are; days on which clocks change are an hour shorter or longer'),
    buckets: z.array(bucket),
  })
  .meta({ id: 'Histogram' });

/** Every error of the API has this shape. */
export const problem = z
  .object({
    code: z.string().describe('Stable code, e.g. `KQL_SYNTAX`.'),
    message: z.string().describe('What is wrong and what to do.'),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('For KQL: `start`, `end`, `suggestion`, `faults`.'),
  })
  .meta({ id: 'Problem', description: 'What is wrong, and what to do.' });
