import { z } from 'zod';
import { time } from './primitives.ts';

const filter = z.object({
  who: z.string().max(200).optional(),
  action: z.string().max(200).optional().describe('Whole, or its beginning with `*`: `events.*`'),
  target: z.string().max(1_024).optional(),
  from: time.optional(),
  to: time.optional(),
});

export const auditQuery = filter.extend({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: z.coerce.number().int().min(1).optional().describe('The `next` of the page before.'),
});

export const auditPage = z
  .object({
    items: z.array(
      z.object({
        seq: z.number(),
        at: z.number().describe('Epoch milliseconds'),
        who: z.string(),
        action: z.string(),
        target: z.string(),
        detail: z.unknown(),
        hash: z.string().describe('Over this entry and the hash of the one before'),
      }),
    ),
    next: z.number().exactOptional(),
  })
  .meta({ id: 'AuditPage' });

export const exportFormat = z.enum(['csv', 'ndjson']);
export const reason = z
  .string()
  .trim()
  .min(3)
  .max(1_000)
  .describe('Why all of it is needed: the audit log keeps it.');

/** Before a browser leaves for a file that may not come. */
export const check = z
  .literal('true')
  .optional()
  .describe(
    'Only answers whether the export could begin, with 204 where it could; nothing is exported or noted.',
  );

export const auditExport = filter.extend({ format: exportFormat.default('ndjson'), reason, check });

export const verifyQuery = z.object({
  seq: z.coerce.number().int().min(0).optional().describe('Of an earlier head that was kept elsewhere'),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export const auditVerdict = z
  .object({
    ok: z.boolean(),
    rows: z.number().exactOptional().describe('Entries that follow from each other'),
    head: z.object({ seq: z.number(), hash: z.string() }).exactOptional().describe('Keep it elsewhere'),
    brokenAt: z.number().exactOptional(),
    message: z.string().exactOptional(),
  })
  .meta({ id: 'AuditVerdict' });
