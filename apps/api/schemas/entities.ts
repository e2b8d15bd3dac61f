import { levels, statuses } from '@tidewatch/event';
import { z } from 'zod';

export const entityFields = ['host.name', 'user.name', 'source.ip'] as const;

export const entityQuery = z.object({
  field: z.enum(entityFields).describe('`source.ip` stands for an address, wherever in an event it is'),
  value: z.string().min(1).max(1_024),
});

export const entity = z
  .object({
    field: z.enum(entityFields),
    value: z.string(),
    query: z.string().describe('KQL of its events and alerts'),
    first: z.number().nullable().describe('Of the events that are kept, epoch milliseconds'),
    last: z.number().nullable(),
    events: z.number().describe('Of those that are kept'),
    risk: z.object({
      score: z.number().describe('0 to 100: 100·(1 − e^(−points/100))'),
      points: z.number().describe('Sum over its alerts'),
      halfLifeMs: z.number().describe('After so long an alert counts half'),
      levelPoints: z.record(z.enum(levels), z.number()).describe('What an alert counts when it comes'),
      curve: z.array(z.object({ at: z.number(), score: z.number() })).describe('Of the last seven days'),
      parts: z
        .array(
          z.object({
            id: z.string(),
            title: z.string(),
            level: z.enum(levels),
            status: z.enum(statuses),
            reason: z.string().nullable(),
            last: z.number(),
            points: z.number().describe('What is left of it now; 0 where it was closed as harmless'),
          }),
        )
        .describe('The weightiest first; at most 200'),
      alerts: z.number().describe('Alerts of the last fourteen days'),
      counted: z.number().describe('Those of them that were counted: the newest 10,000'),
    }),
  })
  .meta({ id: 'Entity' });
