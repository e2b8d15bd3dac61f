import { z } from 'zod';
import { alertRow } from './alerts.ts';

export const relatedAlerts = z
  .object({
    from: z.number().describe('15 minutes before its first match, epoch milliseconds'),
    to: z.number().describe('15 minutes after its last'),
    groups: z
      .array(
        z.object({
          field: z.string().describe('What they have in common with it: a field of its entity, or `rule.id`'),
          value: z.string(),
          query: z.string().describe('KQL of them and it'),
          total: z.number().describe('How many others there are'),
          items: z.array(alertRow).describe('The newest three of them'),
        }),
      )
      .describe('By each of up to three fields of its entity, then by its rule'),
  })
  .meta({ id: 'RelatedAlerts' });

export const prevalenceQuery = z.object({
  match: z.string().max(128).optional().describe('One of its matches; the newest'),
});

export const prevalence = z
  .object({
    from: z.number().describe('Epoch milliseconds'),
    to: z.number(),
    days: z.number().describe('Days (UTC) that were looked at'),
    values: z
      .array(
        z.object({
          field: z.string(),
          value: z.string(),
          events: z.number().describe('How many have the value there'),
          hosts: z.number().describe('How many different `host.name` they have; 100 stands for more, too'),
          days: z.number().describe('On how many days (UTC) they were'),
        }),
      )
      .describe('The rarest first; at most eight'),
    late: z.array(z.string()).describe('Fields whose values could not be counted in time'),
  })
  .meta({ id: 'Prevalence' });
