import { levels } from '@tidewatch/event';
import { z } from 'zod';

const document = z
  .string()
  .min(1)
  .max(1_048_576)
  .describe('A rule, correlation or filter as YAML; several documents may be in one');

const ruleSet = z.strictObject({
  sources: z.array(document).max(50_000),
  rules: z
    .array(z.string().max(512))
    .max(50_000)
    .describe('Ids of the rules that count; what they build on and what builds on them does, too'),
});

/** What {@link backtestBody} compares. */
export const sides = z.strictObject({
  before: ruleSet,
  after: ruleSet,
  renamed: z
    .record(z.string(), z.string())
    .default({})
    .describe('By the id that a rule has before: the one it has after'),
});

export const backtestBody = z
  .strictObject({
    source: document.exactOptional().describe('What is tried beside the rules in force'),
    compare: sides
      .exactOptional()
      .describe('Two sets that are compared instead, neither of which need be in force'),
    from: z.string().default('now-7d').describe('ISO 8601, epoch milliseconds, or relative to now'),
    to: z.string().default('now'),
  })
  .refine(({ source, compare }) => (source === undefined) !== (compare === undefined), {
    message: 'Give either `source` or `compare`.',
  });

const found = z.object({
  matches: z.number(),
  alerts: z.number().describe('Alerts it makes, by its entity and suppression bucket'),
});

export const backtest = z
  .object({
    id: z.string(),
    by: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']),
    from: z.number(),
    to: z.number(),
    done: z.number().describe('Events looked at so far'),
    total: z.number().exactOptional().describe('Absent until it runs'),
    detail: z.string().exactOptional().describe('Why it failed'),
    source: z.string().exactOptional().describe('What is tried; absent where two sets are compared'),
    createdAt: z.number(),
    finishedAt: z.number().exactOptional(),
    result: z
      .object({
        events: z.number(),
        rules: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            level: z.enum(levels),
            author: z.string().exactOptional(),
            license: z.string().exactOptional(),
            references: z.array(z.string()).exactOptional(),
            silent: z.boolean().describe('It makes no alerts of its own, since correlations build on it'),
            before: found.describe('With the rules in force, or the set before'),
            after: found.describe('With the one that is tried, or the set after'),
            gained: z.number().describe('Alerts of after that are none of before'),
            lost: z.number().describe('Alerts of before that are none of after'),
            samples: z
              .array(
                z.object({
                  only: z.enum(['before', 'after']),
                  event: z.string().describe('Id of the event; of a correlation, of its finding'),
                  time: z.number(),
                  key: z.array(z.object({ field: z.string(), value: z.string() })),
                }),
              )
              .describe('What only one of the two finds, earliest first'),
          }),
        ),
        rejected: z
          .array(z.object({ title: z.string(), reason: z.string().exactOptional() }))
          .describe('Documents of it that could not be tried, and why'),
      })
      .exactOptional(),
  })
  .meta({ id: 'Backtest' });

const fieldCounts = {
  rules: z.number(),
  all: z.number().describe('Rules of which every field has a place in events after normalisation'),
  some: z.number().describe('Rules of which some fields have'),
  none: z.number().describe('Rules of which no field has'),
  missing: z
    .array(z.object({ field: z.string(), rules: z.number() }))
    .describe('Fields without a place, by how many rules ask for them, most first'),
};

export const ruleCoverage = z
  .object({
    sources: z.array(
      z.object({
        logsource: z.object({
          product: z.string().exactOptional(),
          category: z.string().exactOptional(),
          service: z.string().exactOptional(),
        }),
        ...fieldCounts,
        datasets: z
          .array(z.string())
          .describe('Data sets that such events come from; empty where any may hold them'),
        parsed: z.array(z.string()).describe('Those of them that a parser writes'),
      }),
    ),
    total: z.object({
      ...fieldCounts,
      parsed: z.number().describe('Rules of log sources that a parser writes events of'),
    }),
    rejected: z.number().describe('Documents that are no rules, and so not counted'),
  })
  .meta({ id: 'RuleCoverage' });

export const ruleVerdict = z.object({
  id: z.string(),
  alerts: z.number().describe('Alerts of it that are kept'),
  last: z.number().describe('Last match of these, epoch milliseconds'),
  closed: z.number().describe('Those of them that people closed'),
  falsePositives: z.number().describe('Those that were closed as false positives'),
});
export const ruleVerdicts = z.object({ rules: z.array(ruleVerdict) }).meta({ id: 'RuleVerdicts' });
