import { z } from 'zod';

export const useCaseBody = z.strictObject({
  source: z.string().min(1).max(262_144).describe('YAML of a use-case with the name of the address'),
});

export const useCaseQuery = z.strictObject({
  reason: z.string().trim().min(1).max(1000).optional().describe('Why, for the audit log'),
});

/** What is wrong with a use-case, or with the file of data classes. */
export const governanceFault = z.object({
  file: z.string().exactOptional(),
  line: z.number().exactOptional().describe('From 1'),
  column: z.number().exactOptional().describe('From 1'),
  reason: z.string(),
});

export const useCase = z
  .object({
    name: z.string(),
    title: z.string(),
    purpose: z.string(),
    legalBasis: z.string(),
    owner: z.string().exactOptional().describe('Role that answers for it'),
    data: z.array(
      z.object({
        source: z.string().exactOptional(),
        dataset: z.string().exactOptional(),
        dataClass: z.string(),
        ttl: z.string().describe('How long the class is kept'),
      }),
    ),
    fields: z.array(z.string()),
    pseudonymise: z.array(z.string()).describe('Fields of its data that are kept under pseudonyms only'),
    minimise: z.boolean().describe('Fields that no use-case in force names are dropped from its data'),
    rules: z.array(z.string()).describe('Ids, or globs of paths'),
    stakeholders: z.array(z.string()),
    reviewBy: z.string().describe('Last day on which an approval counts, in UTC'),
    approvals: z.array(z.object({ role: z.string(), by: z.string(), at: z.string() })),
    inForce: z.boolean(),
    why: z.string().exactOptional().describe('Why it is not in force, with file and line'),
    file: z.string(),
    kept: z
      .object({
        version: z.string().describe('Send it back as `If-Match`, so that nobody’s change is lost'),
        restorable: z.boolean().describe('There is a version before, which `restore` brings back'),
      })
      .exactOptional()
      .describe('Of one that was written through the API'),
  })
  .meta({ id: 'UseCase' });

export const useCaseDetail = useCase.extend({ source: z.string() }).meta({ id: 'UseCaseDetail' });

/** What a rule in force loses by pseudonyms. */
export const weakenedRule = z
  .object({
    rule: z.string(),
    title: z.string(),
    level: z.string(),
    field: z.string().describe('As the rule calls it'),
    path: z.string().describe('The field that is kept under pseudonyms'),
    asks: z.enum(['constant', 'substring', 'regular_expression', 'network', 'number', 'reference']),
    values: z.array(z.string()).describe('What it looks for; at most ten'),
    effect: z
      .enum(['misses', 'noise'])
      .describe('It may find less; or an exclusion holds no more, and it finds more'),
    restore: z
      .union([z.object({ attribute: z.string() }), z.object({ leaveClear: z.string() })])
      .describe('To ask for an attribute that is derived before, or to leave the field in the clear'),
  })
  .meta({ id: 'WeakenedRule' });

export const useCaseList = z
  .object({
    useCases: z.array(useCase),
    faults: z.array(governanceFault).describe('Of files: such a one is not used, or in its version before'),
    weakened: z.array(weakenedRule).describe('Rules in force that look into values kept under pseudonyms'),
  })
  .meta({ id: 'UseCaseList' });

/** What a change has made of a use-case. */
export const useCaseChanged = z
  .object({
    name: z.string(),
    version: z.string().nullable().describe('Null once it is deleted'),
    restorable: z.boolean(),
    inForce: z.boolean(),
    why: z.string().exactOptional(),
  })
  .meta({ id: 'UseCaseChanged' });
