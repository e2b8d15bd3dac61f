import { type Case, type CaseReader, mostAlertsInCase } from '@tidewatch/control';
import type { CloseReason } from '@tidewatch/event';
import { toPredicate } from '@tidewatch/query';
import type { Scope } from '@tidewatch/store';
import { z } from 'zod';
import { asDetail } from '../audit.ts';
import { alertPages, alertsById, alertsInCase, toRef } from '../case_alerts.ts';
import { asMarkdown, asNdjson } from '../case_file.ts';
import { attach } from '../download.ts';
import { errors } from '../errors.ts';
import { parseQuery } from '../kql.ts';
import { pagesOf } from '../pages.ts';
import { resolveRange } from '../range.ts';
import { type Api, type Route, route } from '../route.ts';
import * as schemas from '../schemas/cases.ts';
import { triagers } from '../security/scope.ts';
import { isWorker, workers } from '../workers.ts';
import { noteTriage, publish } from './alerts.ts';

/** Titles and notes tell of alerts, so cases are for who works on these. */
const policy = { kind: 'session', roles: triagers } as const;
const byId = z.object({ id: z.string().max(64) });
const pageSize = 1_000;
const together = 250;

/** @throws CASE_OWNER */
async function checkOwner(id: string | null | undefined, api: Pick<Api, 'control'>): Promise<void> {
  if (id !== null && id !== undefined && !(await isWorker(id, api))) throw errors.CASE_OWNER({ id });
}

/** What queries see of a case. */
export const documentOf = ({ createdAt, createdBy, updatedAt, version: _version, ...fields }: Case) => ({
  ...{ ...fields, opened_by: createdBy },
  ...{ created: new Date(createdAt).toISOString(), updated: new Date(updatedAt).toISOString() },
});

const refPages = (id: string, reader: CaseReader, { control }: Pick<Api, 'control'>) =>
  pagesOf((place: { readonly after?: string }) =>
    control.cases.alerts(id, { limit: pageSize, ...place }, reader),
  );

async function* inCase(id: string, scope: Scope, api: Api) {
  for await (const refs of refPages(id, scope, api)) yield await alertsInCase(refs, scope, api.alerts);
}

/** Closes a case's alerts that are not closed yet. */
async function closeAlerts(
  id: string,
  { reason, note }: { readonly reason: CloseReason; readonly note?: string },
  scope: Scope,
  api: Api,
) {
  const action = { action: 'close', reason, ...(note === undefined ? {} : { note }) } as const;
  const [changes, conflicts]: [string[], string[]] = [[], []];
  let alerts = 0;
  for await (const items of inCase(id, scope, api)) {
    const open = items.flatMap((item) =>
      item.state === 'shown' && item.alert.status !== 'closed'
        ? [{ id: item.alert.id, version: item.alert.version }]
        : [],
    );
    for (let at = 0; at < open.length; at += together) {
      const change = await api.alerts.change(open.slice(at, at + together), action, scope);
      noteTriage(change, api);
      publish(change, api);
      if (change.changed.length > 0) changes.push(change.changeId);
      conflicts.push(...change.conflicts);
      alerts += change.changed.length;
    }
  }
  return { reason, changes, alerts, conflicts };
}

export const caseRoutes: readonly Route[] = [
  route({
    name: 'cases.list',
    method: 'GET',
    url: '/api/cases',
    summary: 'Cases by KQL, changed last first',
    policy,
    audit: 'read',
    schemas: { query: schemas.caseQuery, answer: schemas.casePage },
    handle: async ({ query: { q, limit, after, alert }, scope, now }, { control }) => {
      const { query } = parseQuery(q);
      const matches = query === undefined ? () => true : toPredicate(query, { now });
      return control.cases.list(
        {
          limit,
          matches: (one) => matches(documentOf(one)),
          ...(after && { after }),
          ...(alert && { alert }),
        },
        scope,
      );
    },
  }),
  route({
    name: 'cases.owners',
    method: 'GET',
    url: '/api/cases/owners',
    summary: 'Who can own a case, and be assigned alerts',
    policy,
    audit: 'own',
    schemas: { answer: schemas.caseOwners },
    handle: async (_call, api) => ({ owners: (await workers(api)).map(({ id, name }) => ({ id, name })) }),
  }),
  route({
    name: 'cases.add',
    method: 'POST',
    url: '/api/cases',
    summary: 'Open a case, with alerts or without',
    policy,
    audit: 'change',
    schemas: { body: schemas.caseBody, answer: schemas.caseChange },
    handle: async ({ body: { alerts: ids, ...fields }, scope }, api) => {
      await checkOwner(fields.owner, api);
      const found = await alertsById(ids, scope, api.alerts);
      const alerts = [...found.values()].map(toRef);
      const opened = await api.control.cases.open({ ...fields, alerts }, scope.principal);
      return { ...opened, alerts: alerts.length, conflicts: ids.filter((id) => !found.has(id)) };
    },
  }),
  route({
    name: 'cases.undo',
    method: 'POST',
    url: '/api/cases/undo',
    summary: 'Take back a change of a case, with what it did to alerts',
    policy,
    audit: 'change',
    schemas: { body: z.strictObject({ changeId: z.string().max(64) }), answer: schemas.caseChange },
    handle: async ({ body: { changeId }, scope }, api) => {
      const { alertChanges, ...undone } = await api.control.cases.undo(changeId, scope);
      const conflicts: string[] = [];
      for (const change of alertChanges)
        conflicts.push(...publish(await api.alerts.undo(change, scope), api).conflicts);
      return { ...undone, conflicts };
    },
  }),
  route({
    name: 'cases.get',
    method: 'GET',
    url: '/api/cases/:id',
    summary: 'One case with its notes and its history',
    policy,
    audit: 'read',
    schemas: { params: byId, answer: schemas.caseDetail },
    handle: async ({ params: { id }, scope }, { control }) => ({
      ...(await control.cases.get(id, scope)),
      history: await control.cases.history(id, scope),
    }),
  }),
  route({
    name: 'cases.change',
    method: 'PUT',
    url: '/api/cases/:id',
    summary: 'Change a case in the version that was read; closing one may close its alerts',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.caseChangeBody, answer: schemas.caseChange },
    handle: async ({ params: { id }, body: { version, closeAlerts: close, ...set }, scope }, api) => {
      await checkOwner(set.owner, api);
      const change = await api.control.cases.change(id, { version, set }, scope);
      if (close === undefined || change.changeId === undefined) return change;
      const { conflicts, ...closed } = await closeAlerts(id, close, scope, api);
      await api.control.cases.closedWith(change.changeId, closed);
      return { ...change, alerts: closed.alerts, conflicts };
    },
  }),
  route({
    name: 'cases.note',
    method: 'POST',
    url: '/api/cases/:id/notes',
    summary: 'Add a note',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.caseNoteBody, answer: schemas.caseChange },
    handle: ({ params: { id }, body: { note }, scope }, { control }) => control.cases.note(id, note, scope),
  }),
  route({
    name: 'cases.alerts',
    method: 'GET',
    url: '/api/cases/:id/alerts',
    summary: 'Alerts of a case, in the order in which they were added',
    policy,
    audit: 'read',
    schemas: { params: byId, query: schemas.caseAlertsQuery, answer: schemas.caseAlerts },
    handle: async ({ params: { id }, query: { limit, after }, scope }, { control, alerts }) => {
      const page = await control.cases.alerts(id, { limit, ...(after && { after }) }, scope);
      return { ...page, items: await alertsInCase(page.items, scope, alerts) };
    },
  }),
  route({
    name: 'cases.add_alerts',
    method: 'POST',
    url: '/api/cases/:id/alerts',
    summary: 'Add alerts to a case',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.caseAlertsBody, answer: schemas.caseChange },
    handle: async ({ params: { id }, body: { ids }, scope }, { control, alerts }) => {
      const found = await alertsById(ids, scope, alerts);
      const { added, ...change } = await control.cases.add(id, [...found.values()].map(toRef), scope);
      return { ...change, alerts: added, conflicts: ids.filter((one) => !found.has(one)) };
    },
  }),
  route({
    name: 'cases.add_found',
    method: 'POST',
    url: '/api/cases/:id/alerts/found',
    summary: 'Add all alerts that a query finds now, as far as a case holds them',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.caseFoundBody, answer: schemas.caseChange },
    handle: async ({ params: { id }, body: { filter }, scope, now }, { control, alerts }) => {
      const { q, ...times } = filter;
      const found = { ...parseQuery(q), range: resolveRange(times, now) };
      // Said before the first is added, not after the last that fits.
      if ((await alerts.count(found, scope)) > mostAlertsInCase)
        throw errors.CASE_TOO_MANY({ most: mostAlertsInCase });
      let changeId: string | undefined;
      let added = 0;
      for await (const rows of alertPages(found, scope, alerts)) {
        const change = await control.cases.add(id, rows.map(toRef), scope, changeId);
        changeId = change.changeId ?? changeId;
        added += change.added;
      }
      return {
        ...{ case: await control.cases.get(id, scope), alerts: added },
        ...(changeId === undefined ? {} : { changeId }),
      };
    },
  }),
  route({
    name: 'cases.remove_alerts',
    method: 'POST',
    url: '/api/cases/:id/alerts/remove',
    summary: 'Take alerts out of a case',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.caseAlertsBody, answer: schemas.caseChange },
    handle: async ({ params: { id }, body: { ids }, scope }, { control }) => {
      const { removed, ...change } = await control.cases.remove(id, ids, scope);
      return { ...change, alerts: removed };
    },
  }),
  route({
    name: 'cases.export',
    method: 'GET',
    url: '/api/cases/:id/export',
    summary: 'A case with its notes, history and alerts, as Markdown or NDJSON, streamed',
    policy,
    // Before the first line: once it flows, nothing can be refused any more.
    audit: 'own',
    schemas: { params: byId, query: schemas.caseExport },
    produces: 'text/markdown',
    handle: async ({ params: { id }, query, scope, reply }, api) => {
      const { control, audit } = api;
      const [found, history] = await Promise.all([
        control.cases.get(id, scope),
        control.cases.history(id, scope),
      ]);
      if (query.check) return undefined;
      await audit.change({
        ...{ who: scope.principal, action: 'cases.export', target: `/api/cases/${id}/export` },
        detail: asDetail({ ...query, alerts: found.alerts }),
      });
      const file = { case: found, history, alerts: inCase(id, scope, api) };
      return query.format === 'markdown'
        ? attach(reply, `case-${id}.md`, 'text/markdown; charset=utf-8', asMarkdown(file))
        : attach(reply, `case-${id}.ndjson`, 'application/x-ndjson', asNdjson(file));
    },
  }),
];
