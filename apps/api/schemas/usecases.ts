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

export const useCaseList = z
  .object({
    useCases: z.array(useCase),
    faults: z.array(governanceFault).describe('Of files: such a one is not used, or in its version before'),
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
