import { isTidewatchError, type JsonObject } from '@tidewatch/event';
import { toPredicate, valuesAt } from '@tidewatch/query';
import { complete, mostValues, type OwnField, type Vocabulary } from '../complete.ts';
import { resolveRange } from '../range.ts';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/completion.ts';
import { triagers } from '../security/scope.ts';
import { documentOf } from './cases.ts';

const readers = { kind: 'session', roles: everyone } as const;

const alertFields: readonly OwnField[] = [
  { name: 'rule.level', type: 'keyword', says: 'severity: informational to critical' },
  { name: 'status', type: 'keyword', says: 'open, acknowledged or closed' },
  { name: 'reason', type: 'keyword', says: 'why it was closed' },
  { name: 'assignee', type: 'keyword', says: 'who works on it' },
  { name: 'title', type: 'keyword', says: 'of the rule or detector' },
  { name: 'rule.id', type: 'keyword', says: 'which rule or detector' },
  { name: 'engine', type: 'keyword', says: 'what found it: sigma, correlation, models' },
  { name: 'tags', type: 'keyword', says: 'of the rule, such as attack.t1110' },
  { name: 'count', type: 'long', says: 'how many matches it has' },
  { name: 'summary', type: 'keyword', says: 'its sentence' },
  { name: 'id', type: 'keyword', says: 'of the alert' },
];

const caseFields: readonly OwnField[] = [
  { name: 'status', type: 'keyword', says: 'open, in_progress or closed' },
  { name: 'severity', type: 'keyword', says: 'informational to critical' },
  { name: 'owner', type: 'keyword', says: 'whose case it is' },
  { name: 'title', type: 'keyword', says: 'what it is called' },
  { name: 'alerts', type: 'long', says: 'how many it has' },
  { name: 'opened_by', type: 'keyword', says: 'who opened it' },
  { name: 'created', type: 'date', says: 'when it was opened' },
  { name: 'updated', type: 'date', says: 'when it last changed' },
  { name: 'id', type: 'keyword', says: 'of the case' },
];

/** Cases whose values are looked at: those that changed last. */
const casesRead = 500;

/** What can stand at a place of a query, list by list. */
export const completionRoutes: readonly Route[] = [
  route({
    name: 'events.complete',
    method: 'GET',
    url: '/api/events/complete',
    summary: 'What can stand at a place of a query for events: fields, values, words',
    policy: readers,
    audit: 'read',
    schemas: { query: schemas.completeInTimeQuery, answer: schemas.completion },
    handle: ({ query: { text, position = text.length, ...times }, scope, now }, { events, ecsFields }) => {
      const range = resolveRange(times, now);
      return complete(text, position, {
        own: [],
        fields: () => events.fields(scope),
        ...(ecsFields && { ecs: ecsFields }),
        values: async (field, query) => {
          const found = await events.topValues({ query, range, field, limit: mostValues }, scope);
          return found.map(({ value, count }) => ({ value: String(value), count }));
        },
      });
    },
  }),
  route({
    name: 'alerts.complete',
    method: 'GET',
    url: '/api/alerts/complete',
    summary: 'What can stand at a place of a query for alerts: fields, values, words',
    policy: readers,
    audit: 'read',
    schemas: { query: schemas.completeInTimeQuery, answer: schemas.completion },
    handle: ({ query: { text, position = text.length, ...times }, scope, now }, api) => {
      const range = resolveRange(times, now);
      return complete(text, position, {
        own: alertFields,
        // Beside its own, an alert has its first event's.
        fields: () => api.events.fields(scope),
        ...(api.ecsFields && { ecs: api.ecsFields }),
        values: async (field, query) => {
          const asked = { query, range, by: [field], sort: 'count', limit: mostValues } as const;
          const { items } = await api.alerts.groups(asked, scope).catch(ungrouped);
          return items.flatMap(({ values: [value], count }) => (value == null ? [] : [{ value, count }]));
        },
      });
    },
  }),
  route({
    name: 'cases.complete',
    method: 'GET',
    url: '/api/cases/complete',
    summary: 'What can stand at a place of a query for cases: fields, values, words',
    policy: { kind: 'session', roles: triagers },
    audit: 'read',
    schemas: { query: schemas.completeQuery, answer: schemas.completion },
    handle: ({ query: { text, position = text.length }, scope, now }, { control }) => {
      const values: Vocabulary['values'] = async (field, query) => {
        const fits = toPredicate(query, { now });
        const { items } = await control.cases.list(
          { limit: casesRead, matches: (one) => fits(documentOf(one)) },
          scope,
        );
        const counts = new Map<string, number>();
        for (const one of items)
          for (const value of valuesAt(documentOf(one) as JsonObject, field.split('.')))
            if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
        return [...counts]
          .map(([value, count]) => ({ value, count }))
          .sort((a, b) => b.count - a.count)
          .slice(0, mostValues);
      };
      return complete(text, position, { own: caseFields, fields: async () => [], values });
    },
  }),
];

/** Alerts have no groups by fields that name nothing. */
function ungrouped(error: unknown): { readonly items: readonly [] } {
  if (isTidewatchError(error) && error.code === 'GROUP_FIELD') return { items: [] };
  throw error;
}
