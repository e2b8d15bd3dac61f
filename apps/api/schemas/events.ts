import { z } from 'zod';
import { histogramQuery, pageQuery, rangeQuery } from './primitives.ts';

export const event = z.record(z.string(), z.unknown()).describe('An ECS event, nested');

export const eventQuery = pageQuery.extend({ sort: z.enum(['newest', 'oldest']).default('newest') });
export const eventPage = z.object({ items: z.array(event), next: z.string().optional(), total: z.number() });

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
