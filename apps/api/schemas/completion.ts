import { z } from 'zod';
import { time } from './primitives.ts';

export const completeQuery = z.object({
  text: z.string().max(4096).default('').describe('The query as far as it is typed'),
  position: z.coerce.number().int().min(0).optional().describe('Of the cursor, in UTF-16 units; the end.'),
});
export const completeInTimeQuery = completeQuery.extend({
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
      count: z.number().optional().describe('Of a value: rows that have it.'),
      seen: z.boolean().optional().describe('Of a field: some row has it. Others are of ECS.'),
      type: z.string().optional().describe('Of a field, as Elasticsearch calls it'),
      says: z.string().optional().describe('Of a field of the list itself, what it holds'),
    }),
  ),
  late: z.boolean().optional().describe('The store did not name values in time.'),
});
