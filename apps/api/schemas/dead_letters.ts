import { z } from 'zod';
import { time } from './primitives.ts';

const states = ['pending', 'failed', 'replayed', 'dropped'] as const;

const text = z.string().max(256);

/** What a filter can ask; absent parts ask nothing. */
const filter = {
  stage: z.enum(['normalise', 'process', 'index']).exactOptional(),
  reason: text.exactOptional().describe('Its code, e.g. `invalid_json`'),
  source: text.exactOptional(),
  state: z
    .enum(['open', 'all', ...states])
    .default('open')
    .describe('`open` is `pending` or `failed`: what still needs something done.'),
  from: time.exactOptional().describe('Put aside since then'),
  to: time.exactOptional().describe('Put aside before then'),
  q: z
    .string()
    .max(4096)
    .exactOptional()
    .describe(
      'KQL over stage, reason, source, message, state, format, index, path, peer, dataset, event.id, raw',
    ),
};

export const deadLetterQuery = z.object({
  ...filter,
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .regex(/^\d{1,6}-\d{1,15}(\.\d{1,6}-\d{1,15})*$/)
    .max(4096)
    .exactOptional()
    .describe('The `next` of the page before'),
});

export const deadLetter = z
  .object({
    id: z.string(),
    at: z.string().describe('When it was put aside'),
    received: z.string().describe('When the record came; also the ingestion time of its event'),
    stage: z.string(),
    reason: z.string(),
    message: z.string(),
    source: z.string(),
    format: z.string(),
    hints: z
      .record(z.string(), z.unknown())
      .describe('What the input knew besides: index, path, peer, data set'),
    event: z.string().describe('Id that its event has after a replay'),
    state: z.enum(states),
    outcome: z
      .object({
        by: z.string(),
        at: z.string(),
        reason: z.string().exactOptional(),
        message: z.string().exactOptional(),
      })
      .exactOptional()
      .describe('What was done last, and for a failed replay why'),
    raw: z.string().describe('The bytes as they came; in a list their beginning, at most 8 KiB'),
    encoding: z
      .enum(['utf8', 'base64'])
      .describe('How `raw` is written: base64 where the bytes are not UTF-8'),
    bytes: z.number().describe('Length of all of it'),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterPage = z.object({
  items: z.array(deadLetter),
  next: z.string().exactOptional().describe('Absent when everything was looked at'),
  scanned: z.number().describe('How many letters were looked at; a page may be short and yet not the last'),
});

export const deadLetterTotals = z.object({
  totals: z
    .array(z.object({ stage: z.string(), reason: z.string(), source: z.string(), count: z.number() }))
    .describe('Open letters, the most first'),
});

export const deadLetterJob = z
  .object({
    id: z.string(),
    verb: z.enum(['replay', 'drop', 'restore']),
    by: z.string(),
    state: z.enum(['waiting', 'selecting', 'running', 'done', 'cancelled', 'failed']),
    total: z.number().exactOptional().describe('Absent until the letters are selected'),
    done: z.number(),
    counts: z
      .object({
        replayed: z.number(),
        failed_again: z.number(),
        refused: z.number(),
        dropped: z.number(),
        restored: z.number(),
        skipped: z.number(),
      })
      .describe('`refused`: governance does not take them now; `skipped`: dealt with already, or gone'),
    detail: z.string().exactOptional().describe('Why the last letter failed, or what holds the work up'),
    createdAt: z.number(),
    finishedAt: z.number().exactOptional(),
  })
  .meta({ id: 'DeadLetterJob' });

export const deadLetterJobs = z.object({ jobs: z.array(deadLetterJob) });

const ids = z
  .array(z.string().regex(/^\d{1,6}-\d{1,15}$/))
  .min(1)
  .max(1000);
const byIds = z.strictObject({ ids });
const byFilter = z.strictObject({ filter: z.strictObject(filter) });
const why = { reason: z.string().trim().min(1).max(1000).describe('Why they are not worth a replay') };

export const replayBody = z.union([byIds, byFilter]);
export const dropBody = z.union([byIds.extend(why), byFilter.extend(why)]);
export const restoreBody = z.union([byIds, byFilter, z.strictObject({ job: z.string().max(64) })]);
