import { z } from 'zod';

export const keptRuleBody = z.strictObject({
  source: z
    .string()
    .min(1)
    .max(1_048_576)
    .describe('YAML of one or more Sigma documents, of which one has the id of the address'),
});

export const keptRuleQuery = z.strictObject({
  reason: z.string().trim().min(1).max(1000).optional().describe('Why, for the audit log'),
});

/** A file of documents that the API keeps, under the id of one of them. */
export const keptRule = z
  .object({
    id: z.string(),
    version: z
      .string()
      .nullable()
      .describe('Send it back as `If-Match`, so that nobody’s change is lost; null once it is deleted'),
    restorable: z.boolean().describe('There is a version before, which `restore` brings back'),
    inForce: z
      .boolean()
      .describe('Every document of it is; if not, `documents` says why, or rules run in other processes'),
    documents: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        kind: z.enum(['rule', 'correlation', 'filter']),
        state: z.enum(['loaded', 'rejected', 'skipped', 'quarantined']),
        reason: z.string().exactOptional().describe('Why it is not in force'),
      }),
    ),
  })
  .meta({ id: 'KeptRule' });

/** What is wrong with what was sent. */
export const ruleFault = z.object({
  id: z.string().exactOptional(),
  title: z.string().exactOptional(),
  line: z.number().exactOptional().describe('From 1'),
  column: z.number().exactOptional().describe('From 1'),
  reason: z.string(),
});

export const ruleCheck = z
  .object({ faults: z.array(ruleFault).describe('None where it could be brought into force as it is') })
  .meta({ id: 'RuleCheck' });
