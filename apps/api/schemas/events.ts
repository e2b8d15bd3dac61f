import { z } from 'zod';
import { check, exportFormat, reason } from './audit.ts';
import { histogramQuery, pageQuery, rangeQuery } from './primitives.ts';

export const event = z.record(z.string(), z.unknown()).describe('An ECS event, nested');

export const eventQuery = pageQuery.extend({
  sort: z.enum(['newest', 'oldest']).default('newest'),
  total: z
    .enum(['true', 'false'])
    .default('true')
    .describe('`false` leaves out `total`, for whom the histogram has counted already.'),
});
export const eventPage = z.object({
  items: z.array(event),
  next: z.string().optional(),
  total: z.number().optional().describe('How many there are on all pages'),
});

export const eventExport = rangeQuery.extend({
  format: exportFormat.default('ndjson'),
  fields: z
    .string()
    .max(4_096)
    .default('@timestamp,event.dataset,host.name,user.name,source.ip,event.action,message')
    .describe('Columns of CSV, with commas between; NDJSON has whole events.'),
  reason,
  check,
});

export const eventHistogramQuery = histogramQuery.extend({ split: z.string().max(256).optional() });

export const topQuery = rangeQuery.extend({
  field: z.string().min(1).max(256),
  limit: z.coerce.number().int().min(1).max(100).default(10),
  order: z.enum(['frequent', 'rare']).default('frequent').describe('Which come first'),
});
export const topValues = z.object({
  field: z.string(),
  values: z.array(z.object({ value: z.unknown(), count: z.number() })),
});

export const fieldNames = z.object({ fields: z.array(z.string()) });
