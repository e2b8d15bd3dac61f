import { z } from 'zod';

export const fieldsQuery = z.object({ source: z.string().min(1).max(1_024) });

/** Names alone: no value of an event. */
export const fieldInventory = z
  .object({
    source: z.string(),
    events: z.number().describe('How many were looked at: the newest of the last seven days, at most 1,000'),
    fields: z.array(
      z.object({
        field: z.string().describe('Dotted path'),
        events: z.number().describe('How many of them have it'),
      }),
    ),
  })
  .meta({ id: 'FieldInventory' });
