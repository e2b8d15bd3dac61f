import { closeReasons, engines, levels, statuses } from '@tidewatch/event';
import { z } from 'zod';
import { check, exportFormat, reason } from './audit.ts';
import { evasionExplanation, forestExplanation, onnxExplanation } from './model_explanations.ts';
import { histogramQuery, pageQuery, rangeQuery } from './primitives.ts';

export const detector = z
  .object({
    engine: z.enum(engines),
    id: z.string(),
    title: z.string(),
    level: z.enum(levels),
    description: z.string().optional(),
    author: z.string().optional(),
    license: z.string().optional(),
    references: z.array(z.string()).optional(),
    tags: z.array(z.string()).optional(),
    falsePositives: z.array(z.string()).optional(),
  })
  .meta({ id: 'Detector' });

const entityKey = z.array(z.object({ field: z.string(), value: z.string() }));

export const explainedItem = z.object({
  selection: z.string(),
  field: z.string().nullable(),
  modifiers: z.array(z.string()),
  pattern: z.string().nullable(),
  path: z.string().nullable(),
  value: z.string().nullable(),
  spans: z.array(z.tuple([z.number(), z.number()])),
  line: z.number().nullable(),
  file: z.string().optional().describe('The file of the line, where it is not the rule’s own: a filter’s'),
});

export const sigmaExplanation = z
  .object({
    engine: z.literal('sigma'),
    condition: z.string(),
    items: z.array(explainedItem),
    absent: z.array(z.string()),
  })
  .meta({ id: 'SigmaExplanation' });

const visitedPlace = z.object({
  lat: z.number().describe('Degrees'),
  lon: z.number(),
  time: z.number().describe('Of the event there, epoch milliseconds'),
});

export const correlationExplanation = z
  .object({
    engine: z.literal('correlation'),
    type: z.string().describe('Sigma’s type of correlation, e.g. event_count'),
    condition: z.string().describe('What had to hold, e.g. >= 10'),
    fields: z.array(z.string()).describe('Fields whose values were counted or measured'),
    timespanMs: z.number(),
    from: z.number().describe('Time of the first event counted, epoch milliseconds'),
    to: z.number().describe('Time of the last event counted, epoch milliseconds'),
    events: z.number(),
    value: z.number().nullable().describe('What the condition compared, when it came to hold'),
    rules: z.array(z.object({ id: z.string(), title: z.string() })),
    sample: z
      .array(z.object({ id: z.string(), time: z.number(), rule: z.number() }))
      .describe('Events that it rests on, the first and the last; `rule` is a place in `rules`'),
    comparison: z
      .object({
        with: z.string().describe('As the rule writes it, e.g. mean of the last 24'),
        baseline: z.number().describe('Value of the earlier windows'),
        seen: z.number().describe('How many of them were seen'),
        window: z.number().describe('When the window begins, epoch milliseconds'),
      })
      .optional()
      .describe('Earlier windows that `value` was compared with'),
    journey: z
      .object({
        from: visitedPlace,
        to: visitedPlace,
        km: z.number().describe('Along a great circle'),
      })
      .optional()
      .describe('From where to where nobody gets in the time between'),
  })
  .meta({ id: 'CorrelationExplanation' });

export const explanation = z.discriminatedUnion('engine', [
  sigmaExplanation,
  correlationExplanation,
  evasionExplanation,
  onnxExplanation,
  forestExplanation,
]);

export const match = z
  .object({
    id: z.string(),
    time: z.number().describe('Event time, epoch milliseconds'),
    event: z.record(z.string(), z.unknown()).describe('The ECS event'),
    explanation,
  })
  .meta({ id: 'Match' });

const historyEntry = z.object({
  at: z.string(),
  by: z.string(),
  action: z.enum(['opened', 'acknowledged', 'assigned', 'closed', 'reopened', 'noted', 'undone']),
  reason: z.enum(closeReasons).optional(),
  to: z.string().nullable().optional().describe('Whom it was assigned to; null for nobody'),
  note: z.string().optional(),
});

/** A row of the queue: an alert without its matches. */
export const alertRow = z
  .object({
    id: z.string(),
    detector,
    key: entityKey,
    dataClass: z.string(),
    summary: z.string(),
    bucket: z.object({ start: z.number(), end: z.number() }),
    finality: z.enum(['provisional', 'confirmed', 'amended', 'withdrawn']),
    first: z.number(),
    last: z.number(),
    count: z.number(),
    sinceClosed: z.number(),
    status: z.enum(statuses),
    reason: z.enum(closeReasons).nullable(),
    assignee: z.string().nullable(),
    createdAt: z.number(),
    updatedAt: z.number(),
    version: z.number(),
  })
  .meta({ id: 'AlertRow' });

export const alert = alertRow
  .extend({
    matches: z.array(match).describe('First, last and a sample between, oldest first'),
    history: z.array(historyEntry),
  })
  .meta({ id: 'Alert' });

export const alertQuery = pageQuery.extend({
  sort: z.enum(['newest', 'oldest', 'severity']).default('newest'),
});

export const alertPage = z.object({
  items: z.array(alertRow),
  next: z.string().optional(),
  total: z.number(),
});

export const alertHistogramQuery = histogramQuery.extend({
  split: z.enum(['level', 'status']).default('level'),
});

export const alertTotals = z.object({
  totals: z.array(z.object({ level: z.enum(levels), status: z.enum(statuses), count: z.number() })),
});

export const alertGroupQuery = rangeQuery.extend({
  by: z
    .string()
    .max(1_000)
    .describe(
      'One to three fields with commas between, e.g. `rule.id,host.name`; an alert’s own, its entity’s or ECS.',
    ),
  sort: z.enum(['count', 'newest']).default('count'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(512).optional().describe('The `next` of the page before.'),
});

export const alertGroups = z
  .object({
    by: z.array(z.string()),
    items: z.array(
      z.object({
        values: z
          .array(z.string().nullable())
          .describe(
            'In the order of `by`; null where an alert has none. One with several values is in several groups.',
          ),
        count: z.number(),
        level: z.enum(levels).describe('The highest'),
        levels: z.partialRecord(z.enum(levels), z.number()).describe('How many of each'),
        statuses: z.partialRecord(z.enum(statuses), z.number()).describe('How many of each'),
        newest: z.number().describe('Last match of all, epoch milliseconds'),
        first: z.string().describe('Id of the alert that stands first, newest first'),
      }),
    ),
    next: z.string().optional(),
    total: z.number().describe('Groups on all pages'),
  })
  .meta({ id: 'AlertGroups' });

const note = z.string().min(1).max(10_000);

export const alertAction = z.discriminatedUnion('action', [
  z.object({ action: z.literal('acknowledge'), note: note.exactOptional() }),
  z.object({
    action: z.literal('assign'),
    to: z.string().max(64).nullable().describe('A user’s id, of who may work on alerts; null for nobody'),
    note: note.exactOptional(),
  }),
  z.object({ action: z.literal('close'), reason: z.enum(closeReasons), note: note.exactOptional() }),
  z.object({ action: z.literal('reopen'), note: note.exactOptional() }),
  z.object({ action: z.literal('note'), note }),
]);

export const retry = z
  .string()
  .regex(/^[\w-]{16,64}$/)
  .describe(
    'Made up anew for each change: who asks again with it, as the answer was lost, changes nothing twice.',
  );

export const alertActionBody = z.object({
  ids: z
    .array(z.object({ id: z.string(), version: z.number().int().exactOptional() }))
    .min(1)
    .max(1000),
  action: alertAction,
  retry: retry.exactOptional(),
});

export const alertChange = z
  .object({
    changeId: z.string(),
    changed: z.array(alertRow),
    conflicts: z
      .array(z.string())
      .describe(
        'Ids that somebody else changed meanwhile, or that do not exist. Matches that joined are no conflict.',
      ),
  })
  .meta({ id: 'AlertChange' });

export const undoBody = z.union([
  z.object({ changeId: z.string() }),
  z.object({ retry: retry.describe('What the change was asked for with, by whom now asks for this') }),
]);

export const alertExport = rangeQuery.extend({
  format: exportFormat.default('ndjson'),
  fields: z
    .string()
    .max(4_096)
    .default('last,rule.level,title,summary,count,status,reason,assignee,first,rule.id,id')
    .describe(
      'Columns of CSV, with commas between: an alert’s own, or a field of its entity; NDJSON has whole alerts without evidence.',
    ),
  reason,
  check,
});
