import { z } from 'zod';
import { reason } from './audit.ts';
import { time } from './primitives.ts';

export const featuresExport = z.object({
  q: z.string().max(10_000).optional().describe('KQL over events; all where it is left out'),
  from: time,
  to: time.default('now'),
  fields: z
    .array(z.string().min(1).max(200))
    .max(2_000)
    .optional()
    .describe('Dotted paths of what is asked for beside id and times; whole events where it is left out'),
  purpose: reason.describe('What they are used for: the audit log keeps it.'),
});

export const featuresRow = z.union([
  z.object({
    event: z.record(z.string(), z.unknown()),
    label: z
      .union([z.literal(0), z.literal(1), z.null()])
      .describe('1 for an event of an alert closed as true positive, 0 as false or benign positive'),
  }),
  z.object({
    rows: z.number().describe('How many there were: the last line, without which some are missing'),
  }),
]);
