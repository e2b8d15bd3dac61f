import { createHash } from 'node:crypto';
import { type AlertRow, type Level, levels } from '@tidewatch/event';
import type { AlertAction, AlertChange } from '@tidewatch/store';
import { z } from 'zod';
import { asDetail } from '../audit.ts';
import { alertPages } from '../case_alerts.ts';
import { download } from '../download.ts';
import { errors } from '../errors.ts';
import { histogramOf } from '../histogram.ts';
import { parseQuery } from '../kql.ts';
import { resolveRange } from '../range.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/alerts.ts';
import { histogram, rangeQuery } from '../schemas/primitives.ts';
import { triagers } from '../security/scope.ts';
import { isWorker } from '../workers.ts';

const readers = { kind: 'session', roles: everyone } as const;
const listers = { ...readers, orAdminToken: true } as const;
const changers = { kind: 'session', roles: triagers, orAdminToken: true } as const;

/** Tells every console, and gives back what the one that asked needs. */
export function publish(change: AlertChange, { live }: Pick<Api, 'live'>): AlertChange {
  for (const { id, detector, last, dataClass } of change.changed)
    live.publish('alert', {
      id,
      effect: 'changed',
      level: detector.level,
      title: detector.title,
      last,
      dataClass,
    });
  return change;
}

/** How long alerts waited for their verdict. */
export function noteTriage({ changed }: AlertChange, { metrics }: Pick<Api, 'metrics'>): void {
  for (const { status, reason, detector, createdAt, updatedAt } of changed)
    if (status === 'closed' && reason !== null)
      metrics.observe(
        'alert_triage_duration_seconds',
        { severity: detector.level, verdict: reason },
        (updatedAt - createdAt) / 1_000,
      );
}

/** An alert as lists have it, without what only its store needs. */
const shownOf = ({ history: _history, applied: _applied, highest: _highest, ...row }: AlertRow) => row;

const iso = (time: number): string => new Date(time).toISOString();

/** Columns that are no field of the row. */
const cells = new Map<string, (row: AlertRow) => unknown>([
  ['title', ({ detector }) => detector.title],
  ['engine', ({ detector }) => detector.engine],
  ['tags', ({ detector }) => detector.tags],
  ['rule.id', ({ detector }) => detector.id],
  ['rule.level', ({ detector }) => detector.level],
  ['first', ({ first }) => iso(first)],
  ['last', ({ last }) => iso(last)],
  ['createdAt', ({ createdAt }) => iso(createdAt)],
  ['updatedAt', ({ updatedAt }) => iso(updatedAt)],
]);
const noCells: ReadonlySet<string> = new Set(['detector', 'key', 'bucket', 'history', 'applied', 'highest']);

function cellOf(row: AlertRow, column: string): unknown {
  const made = cells.get(column);
  if (made !== undefined) return made(row);
  if (Object.hasOwn(row, column) && !noCells.has(column)) return row[column as keyof AlertRow];
  return row.key.find(({ field }) => field === column)?.value;
}

const cellsOf = (row: AlertRow, columns: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(columns.map((column) => [column, cellOf(row, column)]));

/** Whoever is given alerts works on such. @throws ALERT_ASSIGNEE */
export async function checkAssignee(action: AlertAction, api: Pick<Api, 'control'>): Promise<void> {
  if (action.action !== 'assign' || action.to === null) return;
  if (!(await isWorker(action.to, api))) throw errors.ALERT_ASSIGNEE({ id: action.to });
}

const isLevel = (level: string): level is Level => (levels as readonly string[]).includes(level);

export const alertRoutes: readonly Route[] = [
  route({
    name: 'alerts.search',
    method: 'GET',
    url: '/api/alerts',
    summary: 'The queue: alerts by KQL and time of their last match',
    policy: listers,
    audit: 'read',
    schemas: { query: schemas.alertQuery, answer: schemas.alertPage },
    handle: async ({ query: { q, sort, limit, after, ...times }, scope, now }, { alerts }) => {
      const found = { ...parseQuery(q), range: resolveRange(times, now) };
      const [page, total] = await Promise.all([
        alerts.search({ ...found, sort, limit, ...(after === undefined ? {} : { after }) }, scope),
        alerts.count(found, scope),
      ]);
      return { ...page, total };
    },
  }),
  route({
    name: 'alerts.export',
    method: 'GET',
    url: '/api/alerts/export',
    summary: 'All alerts that fit, newest first, as CSV or NDJSON, streamed',
    policy: readers,
    audit: 'own',
    schemas: { query: schemas.alertExport },
    produces: 'application/x-ndjson',
    handle: async ({ query, scope, now, reply }, { alerts, audit }) => {
      const { q, from, to, format, fields } = query;
      const found = { ...parseQuery(q), range: resolveRange({ from, to }, now) };
      if (query.check) return undefined;
      const columns = fields.split(',').map((field) => field.trim());
      async function* pages() {
        for await (const rows of alertPages(found, scope, alerts))
          yield rows.map((row) => (format === 'ndjson' ? shownOf(row) : cellsOf(row, columns)));
      }
      return download({ reply, audit }, pages(), {
        ...{ name: 'alerts', format, columns, who: scope.principal, detail: asDetail(query) },
      });
    },
  }),
  route({
    name: 'alerts.histogram',
    method: 'GET',
    url: '/api/alerts/histogram',
    summary: 'Alerts over time, by level or status',
    policy: readers,
    audit: 'read',
    schemas: { query: schemas.alertHistogramQuery, answer: histogram },
    handle: async ({ query: { q, split, ...asked }, scope, now }, { alerts }) => {
      const range = resolveRange(asked, now);
      const request = { ...parseQuery(q), range, split };
      return histogramOf(range, asked, (stepMs) => alerts.histogram({ ...request, stepMs }, scope));
    },
  }),
  route({
    name: 'alerts.totals',
    method: 'GET',
    url: '/api/alerts/totals',
    summary: 'Alerts counted by level and status',
    policy: readers,
    audit: 'read',
    schemas: { query: rangeQuery, answer: schemas.alertTotals },
    handle: async ({ query: { q, ...times }, scope, now }, { alerts }) => {
      const totals = await alerts.totals({ ...parseQuery(q), range: resolveRange(times, now) }, scope);
      return { totals: totals.flatMap(({ level, ...rest }) => (isLevel(level) ? [{ level, ...rest }] : [])) };
    },
  }),
  route({
    name: 'alerts.groups',
    method: 'GET',
    url: '/api/alerts/groups',
    summary: 'Alerts counted by what they have in common, in up to three fields',
    policy: listers,
    audit: 'read',
    schemas: { query: schemas.alertGroupQuery, answer: schemas.alertGroups },
    handle: async ({ query: { q, by: fields, sort, limit, after, ...times }, scope, now }, { alerts }) => {
      const by = fields.split(',');
      const asked = { ...parseQuery(q), range: resolveRange(times, now), by, sort, limit };
      return { by, ...(await alerts.groups({ ...asked, ...(after === undefined ? {} : { after }) }, scope)) };
    },
  }),
  route({
    name: 'alerts.get',
    method: 'GET',
    url: '/api/alerts/:id',
    summary: 'One alert with its matches, their explanations and its history',
    policy: listers,
    audit: 'read',
    schemas: { params: z.object({ id: z.string().max(128) }), answer: schemas.alert },
    handle: async ({ params: { id }, scope }, { alerts }) => {
      const alert = await alerts.get(id, scope);
      if (alert === undefined) throw errors.ALERT_UNKNOWN({ id });
      return alert;
    },
  }),
  route({
    name: 'alerts.change',
    method: 'POST',
    url: '/api/alerts/actions',
    summary: 'Acknowledge, assign, close, reopen or note alerts',
    policy: changers,
    audit: 'change',
    schemas: { body: schemas.alertActionBody, answer: schemas.alertChange },
    handle: async ({ body: { ids, action, retry }, scope }, api) => {
      await checkAssignee(action, api);
      const changeId = retry && changeOf(scope.principal, retry);
      const change = await api.alerts.change(ids, action, scope, changeId);
      if (action.action === 'close') noteTriage(change, api);
      return publish(change, api);
    },
  }),
  route({
    name: 'alerts.undo',
    method: 'POST',
    url: '/api/alerts/undo',
    summary: 'Put back what a change changed',
    policy: changers,
    audit: 'change',
    schemas: { body: schemas.undoBody, answer: schemas.alertChange },
    handle: async ({ body, scope }, api) => {
      const changeId = 'changeId' in body ? body.changeId : changeOf(scope.principal, body.retry);
      return publish(await api.alerts.undo(changeId, scope), api);
    },
  }),
];

/** Nobody else's change can have it, whatever they ask with. */
export const changeOf = (who: string, retry: string): string =>
  createHash('sha256')
    .update(JSON.stringify([who, retry]))
    .digest('hex')
    .slice(0, 32);
