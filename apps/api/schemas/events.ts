import { z } from 'zod';
import { exportFormat, reason } from './audit.ts';
import { histogramQuery, pageQuery, rangeQuery, time } from './primitives.ts';

export const event = z.record(z.string(), z.unknown()).describe('An ECS event, nested');

export const eventQuery = pageQuery.extend({ sort: z.enum(['newest', 'oldest']).default('newest') });
export const eventPage = z.object({ items: z.array(event), next: z.string().optional(), total: z.number() });

export const eventExport = rangeQuery.extend({
  format: exportFormat.default('ndjson'),
  fields: z
    .string()
    .max(4_096)
    .default('@timestamp,event.dataset,host.name,user.name,source.ip,event.action,message')
    .describe('Columns of CSV, with commas between; NDJSON has whole events.'),
  reason,
});

export const eventHistogramQuery = histogramQuery.extend({ split: z.string().max(256).optional() });

export const topQuery = rangeQuery.extend({
  field: z.string().min(1).max(256),
  limit: z.coerce.number().int().min(1).max(100).default(10),
});
export const topValues = z.object({
  field: z.string(),
  values: z.array(z.object({ value: z.unknown(), count: z.number() })),
});

export const fieldNames = z.object({ fields: z.array(z.string()) });

export const completeQuery = z.object({
  text: z.string().max(4096).describe('The query as far as it is typed'),
  position: z.coerce.number().int().min(0).optional().describe('Of the cursor, in UTF-16 units; the end.'),
  from: time.default('now-24h'),
  to: time.default('now'),
});
export const completion = z.object({
  expects: z.enum(['field', 'value', 'operator', 'conjunction']),
  start: z.number().describe('What a suggestion takes the place of begins here'),
  end: z.number().describe('and ends before this.'),
  suggestions: z.array(
    z.object({
      label: z.string(),
      text: z.string().describe('As a query writes it'),
      count: z.number().optional().describe('Of a value: events that have it.'),
      seen: z.boolean().optional().describe('Of a field: some event has it. Others are of ECS.'),
    }),
  ),
  late: z.boolean().optional().describe('The store did not name values in time.'),
});
