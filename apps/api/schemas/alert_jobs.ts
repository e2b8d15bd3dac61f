import { z } from 'zod';
import { alertAction, retry } from './alerts.ts';
import { rangeQuery } from './primitives.ts';

const filter = z.strictObject(rangeQuery.shape);

export const alertJobBody = z.strictObject({
  filter: filter.describe('Alerts that fit when the job begins; those that come later are left alone'),
  action: alertAction,
  why: z.string().trim().min(1).max(1_000).exactOptional().describe('For those who look later'),
  retry: retry.exactOptional(),
});

export const alertJobPreviewBody = z.strictObject({ filter });
export const alertJobPreview = z.object({ total: z.number().describe('Alerts that fit now') });

export const alertJob = z
  .object({
    id: z.string(),
    task: z.discriminatedUnion('verb', [
      z.object({ verb: z.literal('change'), action: alertAction }),
      z.object({ verb: z.literal('undo'), job: z.string().describe('What it takes back') }),
    ]),
    by: z.string(),
    why: z.string().exactOptional(),
    query: z.string().describe('KQL'),
    range: z.object({ from: z.number(), to: z.number() }),
    state: z.enum(['selecting', 'running', 'cancelling', 'done', 'cancelled', 'failed']),
    total: z.number().describe('Alerts chosen; 0 until they are'),
    done: z.number().describe('Of these, looked at so far'),
    changed: z.number(),
    same: z.number().describe('Were already as they were to be'),
    conflicts: z
      .number()
      .describe('Somebody had changed them since they were chosen, or since what is undone'),
    gone: z.number().describe('Deleted since'),
    detail: z.string().exactOptional().describe('Why it failed'),
    createdAt: z.number(),
    updatedAt: z.number(),
    finishedAt: z.number().exactOptional(),
  })
  .meta({ id: 'AlertJob' });

export const alertJobs = z.object({ jobs: z.array(alertJob) });
