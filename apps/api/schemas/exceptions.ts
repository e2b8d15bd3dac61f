import { z } from 'zod';

const modifiers = [
  'contains',
  'startswith',
  'endswith',
  're',
  'cidr',
  'lt',
  'lte',
  'gt',
  'gte',
  'exists',
] as const;
const ofText: readonly string[] = ['contains', 'startswith', 'endswith', 're'];

const condition = z
  .strictObject({
    field: z
      .string()
      .trim()
      .max(256)
      .regex(/^[^|\p{Cc}]+$/u)
      .describe('As rules write it, e.g. `CommandLine` or `host.name`'),
    modifier: z.enum(modifiers).exactOptional().describe('Without it the value is compared as a whole'),
    values: z
      .array(z.union([z.string().max(4096), z.number(), z.boolean()]))
      .min(1)
      .max(100)
      .describe('Any of them; in texts `*`, `?` and backslashes stand for themselves'),
  })
  .refine(({ modifier = '', values }) => !ofText.includes(modifier) || !values.includes(''), {
    path: ['values'],
    message: 'an empty text is part of every value',
  });

const ruleRef = z.object({ id: z.string(), title: z.string() });

export const exceptionBody = z.strictObject({
  rules: z
    .array(z.string().min(1).max(512))
    .min(1)
    .max(100)
    .describe('Ids; for a correlation it goes to the rules that it builds on'),
  conditions: z
    .array(condition)
    .min(1)
    .max(20)
    .describe('Events that fulfil all of them do not match any more'),
  reason: z.string().trim().min(1).max(1000).describe('Why they are no cause for an alert'),
  expires: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()])
    .exactOptional()
    .describe('From then on it is not applied; a date alone is its first moment in UTC'),
});

export const exceptionPreviewBody = exceptionBody
  .pick({ rules: true, conditions: true })
  .extend({ after: z.string().max(512).exactOptional().describe('The `next` of the answer before') });

export const exceptionPreview = z
  .object({
    total: z.number().describe('Alerts of these rules that are kept'),
    looked: z
      .number()
      .describe('Of these, how many this answer is about: from the newest on, or from where `after` ended'),
    hidden: z.number().describe('Of these, how many it would have kept from being made'),
    truePositives: z.number().describe('Of those hidden, how many were closed as true positives'),
    partly: z.number().describe('Would have had fewer matches'),
    sampled: z.number().describe('Of those hidden, how many have more matches than are kept'),
    next: z.string().exactOptional().describe('There are more: ask again with it as `after`, and add'),
  })
  .meta({ id: 'ExceptionPreview' });

const item = z.object({
  field: z.string().nullable(),
  modifiers: z.array(z.string()),
  values: z.array(z.string().nullable()).describe('As Sigma writes them'),
});

export const exception = z
  .object({
    id: z.string(),
    title: z.string(),
    state: z
      .enum(['in_force', 'expired', 'faulty'])
      .describe('`faulty`: it is not in force, or not for all of its rules; `fault` says why'),
    fault: z.string().exactOptional(),
    rules: z
      .array(z.object({ id: z.string(), title: z.string().exactOptional() }))
      .nullable()
      .describe('As it names them, with the titles of those that are loaded; null for all of its log source'),
    conditions: z
      .array(z.object({ selection: z.string(), alternatives: z.array(z.array(item)) }))
      .describe('Of each selection one of the alternatives, with all its items'),
    condition: z.string().describe('How the selections are combined, e.g. `not (c1 and c2)`'),
    reason: z.string().nullable(),
    author: z.string().nullable(),
    made: z.number().describe('When its file was written, epoch milliseconds'),
    expires: z.number().nullable().describe('Epoch milliseconds'),
    file: z.string(),
  })
  .meta({ id: 'Exception' });

export const exceptionList = z.object({ exceptions: z.array(exception) });

export const exceptionMade = z
  .object({
    exception,
    redirected: z
      .array(z.object({ correlation: ruleRef, rules: z.array(ruleRef) }))
      .describe('Correlations that were asked for, and the rules that have the exception in their place'),
  })
  .meta({ id: 'ExceptionMade' });
