import { caseStatuses } from '@tidewatch/control';
import { closeReasons, levels } from '@tidewatch/event';
import { z } from 'zod';
import { alertRow } from './alerts.ts';
import { check, reason } from './audit.ts';
import { rangeQuery } from './primitives.ts';

const title = z.string().trim().min(1).max(200);
const owner = z.string().max(64).nullable();
const status = z.enum(caseStatuses);
const severity = z.enum(levels);
const note = z.string().trim().min(1).max(10_000);
const alertIds = z.array(z.string().regex(/^[\w-]{1,128}$/)).max(1_000);

export const caseRow = z
  .object({
    id: z.string(),
    title: z.string(),
    status,
    severity,
    owner: owner.describe('A user’s id'),
    createdAt: z.number().describe('Epoch milliseconds, as all times here'),
    createdBy: z.string(),
    updatedAt: z.number().describe('Of the last change of any kind'),
    version: z.number().describe('Grows with each change of title, status, severity or owner'),
    alerts: z.number().describe('How many are in it, whether the reader may see them or not'),
  })
  .meta({ id: 'CaseRow' });

const before = <T extends z.ZodType>(value: T) => z.tuple([value, value]).exactOptional();

export const caseDetail = caseRow
  .extend({
    history: z
      .array(
        z.object({
          id: z.string(),
          at: z.number(),
          by: z.string(),
          action: z.enum(['opened', 'changed', 'added', 'removed', 'noted']),
          detail: z.object({
            fields: z
              .object({
                title: before(z.string()),
                status: before(status),
                severity: before(severity),
                owner: before(owner),
              })
              .exactOptional()
              .describe('Before and after'),
            alerts: z.number().exactOptional().describe('How many were added, removed, or closed with it'),
            reason: z.enum(closeReasons).exactOptional().describe('Why these were closed'),
            note: z.string().exactOptional(),
          }),
          undone: z.boolean().describe('Taken back; of a note the text is gone'),
        }),
      )
      .describe('Who did what, oldest first'),
  })
  .meta({ id: 'CaseDetail' });

const place = {
  limit: z.coerce.number().int().min(1).max(200).default(100),
  after: z.string().max(512).optional().describe('The `next` of the page before.'),
};

export const caseQuery = z.object({
  q: z
    .string()
    .max(4096)
    .optional()
    .describe('KQL over id, title, status, severity, owner, opened_by, alerts, created and updated'),
  alert: z.string().max(128).optional().describe('Only cases with this alert'),
  ...place,
});
export const casePage = z.object({ items: z.array(caseRow), next: z.string().optional() });

export const caseOwners = z.object({ owners: z.array(z.object({ id: z.string(), name: z.string() })) });

export const caseBody = z.strictObject({
  title,
  severity: severity.default('medium'),
  owner: owner.default(null),
  alerts: alertIds.default([]).describe('Ids'),
});

export const caseChangeBody = z
  .strictObject({
    version: z.number().int().describe('Of the case as it was read'),
    title: title.exactOptional(),
    status: status.exactOptional(),
    severity: severity.exactOptional(),
    owner: owner.exactOptional(),
    closeAlerts: z
      .strictObject({ reason: z.enum(closeReasons), note: note.exactOptional() })
      .exactOptional()
      .describe('With `status: closed`: closes its alerts, too, that are not yet and that the asker sees'),
  })
  .refine(({ status, closeAlerts }) => closeAlerts === undefined || status === 'closed', {
    message: '`closeAlerts` goes with `status: closed`',
    path: ['closeAlerts'],
  });

export const caseNoteBody = z.strictObject({ note });
export const caseAlertsBody = z.strictObject({ ids: alertIds.min(1) });
export const caseFoundBody = z.strictObject({ filter: z.strictObject(rangeQuery.shape) });

export const caseChange = z
  .object({
    case: caseRow.optional().describe('Absent where its opening was taken back'),
    changeId: z
      .string()
      .optional()
      .describe('Takes it back within ten minutes; absent where nothing changed'),
    alerts: z.number().optional().describe('How many were added, removed, or closed'),
    conflicts: z
      .array(z.string())
      .optional()
      .describe('Alerts that are unknown, or that somebody else changed meanwhile'),
  })
  .meta({ id: 'CaseChange' });

export const caseAlertsQuery = z.object(place);
export const caseAlerts = z
  .object({
    items: z.array(
      z.discriminatedUnion('state', [
        z.object({ state: z.literal('shown'), at: z.number(), by: z.string(), alert: alertRow }),
        z.object({ state: z.literal('gone'), at: z.number(), by: z.string(), id: z.string() }),
        z.object({ state: z.literal('hidden') }),
      ]),
    ),
    next: z.string().optional(),
  })
  .meta({
    id: 'CaseAlerts',
    description: '`gone`: its time to live is over. `hidden`: of a data class that the asker may not see.',
  });

export const caseExport = z.object({
  format: z.enum(['markdown', 'ndjson']).default('markdown'),
  reason,
  check,
});
