import { levels } from '@tidewatch/event';
import { z } from 'zod';
import { detector } from './alerts.ts';

export const session = z
  .object({
    user: z.string(),
    roles: z.array(z.string()),
    method: z.enum(['link', 'password', 'oidc']).describe('How they showed who they are.'),
    hasPassword: z.boolean(),
    version: z.string(),
    governance: z.enum(['evaluation', 'enforced']),
    demo: z.boolean().describe('The demonstration plays, or its data is still in the store.'),
    zone: z
      .string()
      .nullable()
      .describe('IANA name of the zone that they want times in; null for their browser’s'),
    dataClasses: z
      .union([z.literal('all'), z.array(z.string())])
      .describe('Whose events and alerts they see; `all` for who works on whatever comes in'),
    csrf: z.string().describe('Send it back as the `x-tidewatch-csrf` header with every change.'),
  })
  .meta({ id: 'Session' });

export const zoneBody = z.strictObject({
  zone: z.string().max(64).nullable().describe('IANA name, such as Europe/Berlin; null for the browser’s'),
});

const roleHealth = z.object({
  role: z.string(),
  state: z.enum(['starting', 'ready', 'degraded', 'stopped']),
  since: z.string(),
  detail: z.string().optional(),
});

const sourceHealth = z.object({
  source: z.string(),
  dataset: z.string().optional(),
  dataClass: z.string(),
  events: z.number(),
  lastEvent: z.number().nullable().describe('Event time of the newest event, epoch milliseconds'),
  lastIngested: z.number().nullable(),
  perMinute: z.number().describe('Mean over the last five minutes'),
  failures: z.number().describe('Records kept raw or sent to the dead letters'),
});

export const listener = z.object({
  input: z.string(),
  address: z.string().describe('E.g. `http://127.0.0.1:8421`, `udp://127.0.0.1:8422`, a file pattern'),
  state: z.enum(['listening', 'failed']),
  detail: z.string().optional(),
});

export const streamHealth = z.object({
  stream: z.string(),
  records: z.number(),
  bytes: z.number(),
  damage: z.number().describe('Torn tails, damaged and missing records found'),
  deletedUnread: z.number().describe('Records that hard retention deleted before every group had read them'),
  groups: z.array(z.object({ group: z.string(), records: z.number(), seconds: z.number() })),
});

/** Skipped: a kind of document that this version's engine does not take. */
const ruleState = z.enum(['loaded', 'rejected', 'skipped']);

const ruleCost = z
  .object({
    evaluations: z.number().describe('How often the rule was run on an event'),
    seconds: z.number().describe('Time that took, estimated from samples'),
    worstSeconds: z.number().describe('The longest of those that were measured'),
    explainingSeconds: z.number().describe('Time spent on explaining its matches'),
    share: z.number().describe('Of the time spent on events, over the last window of `rules.budget`; 0 to 1'),
    flagged: z.boolean().describe('The share is above `rules.budget.flag`'),
  })
  .describe('Of rules on single events, since the start or the rule’s last change');

const quarantine = z
  .object({
    cause: z.enum(['failed', 'cost', 'limit']),
    reason: z.string(),
    since: z.number().describe('Epoch milliseconds'),
  })
  .describe('The rule is loaded, but not run until it changes or is released');

export const ruleRow = z
  .object({
    id: z.string(),
    title: z.string(),
    level: z.enum(levels),
    status: z.string().optional(),
    state: ruleState,
    reason: z.string().optional().describe('Why it was rejected, with the position'),
    file: z.string(),
    origin: z
      .enum(['shipped', 'folder', 'kept'])
      .describe('Of Tidewatch, of a folder that the configuration names, or written through the API'),
    logsource: z
      .string()
      .describe('product/category/service, `*` where the rule says nothing; of a correlation its type'),
    silent: z.boolean().optional().describe('It makes no alerts of its own, since correlations build on it'),
    tags: z.array(z.string()),
    author: z.string().optional(),
    matches: z.number(),
    lastMatch: z.number().nullable(),
    cost: ruleCost.optional(),
    quarantine: quarantine.optional(),
    hampered: z.string().optional().describe('Of a correlation: what it builds on that is in quarantine'),
  })
  .meta({ id: 'RuleRow' });
export const ruleList = z.object({ rules: z.array(ruleRow) });
export const ruleDetail = ruleRow
  .extend({
    source: z.string().describe('The file of the rule as written, YAML'),
    about: detector.exactOptional().describe('What its author says of it; absent where it cannot be read'),
    kept: z
      .object({
        id: z.string().describe('Under which the file is written, deleted and restored'),
        version: z.string(),
        restorable: z.boolean(),
      })
      .exactOptional()
      .describe('Absent for a rule that the API does not change'),
  })
  .meta({ id: 'RuleDetail' });

export const health = z
  .object({
    version: z.string(),
    startedAt: z.string(),
    roles: z.array(roleHealth),
    listeners: z.array(listener),
    sources: z.array(sourceHealth),
    streams: z.array(streamHealth),
    rules: z.object({
      loaded: z.number(),
      rejected: z.number(),
      flagged: z.number().describe('Rules that cost much'),
      quarantined: z.number().describe('Loaded rules that are not run'),
    }),
    plugins: z.array(
      z.object({ name: z.string(), kind: z.string(), state: z.string(), detail: z.string().optional() }),
    ),
    deadLetters: z.object({
      total: z.number(),
      reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
    }),
    store: z.object({
      events: z.number(),
      bytes: z.number(),
      classes: z.array(
        z.object({
          dataClass: z.string(),
          ttlDays: z.number(),
          approval: z
            .enum(['approved', 'open', 'synthetic', 'own'])
            .describe(
              'By a use-case in force; by none; not needed, since it is made up; not needed, since Tidewatch itself writes it',
            ),
          events: z.number(),
          bytes: z.number(),
        }),
      ),
      kept: z
        .array(z.object({ keeper: z.string(), keeps: z.string(), ttl: z.string() }))
        .describe('The retention registry'),
    }),
  })
  .meta({ id: 'Health' });

export const loginLinkBody = z.object({ user: z.string().min(1).max(64).default('admin') });
export const loginLink = z.object({ url: z.string(), expiresAt: z.string() }).meta({ id: 'LoginLink' });
export const reset = loginLink.extend({
  sessions: z.number().describe('Sessions ended'),
  keys: z.number().describe('API keys ended: all that may do more than send events'),
});
export const readiness = z.object({
  ready: z.literal(true),
  roles: z.array(z.object({ role: z.string(), state: roleHealth.shape.state })),
});
export const liveness = z.object({ live: z.literal(true) });
export const demoRemoved = z.object({ events: z.number(), alerts: z.number() });

/** What the live stream (SSE) sends: `event:` is the key, `data:` the JSON. */
export const live = {
  alert: z.object({
    id: z.string(),
    effect: z.enum(['created', 'joined', 'reopened', 'changed']),
    level: z.enum(levels),
    title: z.string(),
    last: z.number(),
    dataClass: z.string().optional().describe('Without it only who reads every class gets the message'),
  }),
  events: z.object({
    count: z.number().describe('Events of the class stored since the last message'),
    dataClass: z.string().describe('Only who reads it gets the message'),
  }),
  health: z.object({
    rules: z.number(),
    rejected: z.number(),
    lagRecords: z.number(),
    deadLetters: z.number(),
  }),
  demo: z.object({ demo: z.boolean() }),
  beat: z.object({}).describe('Each second: who hears none for longer has lost the server.'),
  resync: z.object({}).describe('Messages were missed for good: read afresh.'),
};
