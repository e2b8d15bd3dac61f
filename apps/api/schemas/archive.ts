import { z } from 'zod';
import { time } from './primitives.ts';

const className = z
  .string()
  .regex(/^[a-z0-9_]{1,64}$/, 'is a name of a-z, 0-9 and _')
  .describe('Data class; all without it.');

export const archiveQuery = z.object({
  class: className.optional(),
  from: time.default('0').describe('Event time, from then on.'),
  to: time.default('now').describe('Event time, before then.'),
});

export const archiveRestoreBody = archiveQuery.extend({
  days: z
    .int()
    .min(1)
    .max(366)
    .default(7)
    .describe('How long it stays; never longer than its data class lives.'),
});

const archivedFile = z.object({
  dataClass: z.string(),
  partition: z.string().describe('Time partition by ingestion, e.g. `2024-05-01`.'),
  period: z.object({ from: z.number(), to: z.number() }),
  events: z.number(),
  from: z.number().describe('Smallest `@timestamp`, epoch milliseconds.'),
  to: z.number().describe('Largest `@timestamp`.'),
  nested: z.boolean(),
  bytes: z.number(),
  sha256: z.string(),
  state: z
    .enum(['kept', 'archived', 'restoring', 'restored', 'failed'])
    .describe('`kept`: in the store, too. `archived`: only here. `restored`: brought back, until `until`.'),
  expires: z.number().describe('When it is deleted, epoch milliseconds.'),
  until: z.number().optional(),
  problem: z.string().optional().describe('Why it could not be brought back.'),
});

export const archivedFiles = z
  .object({ place: z.string(), files: z.array(archivedFile) })
  .meta({ id: 'ArchivedFiles' });
