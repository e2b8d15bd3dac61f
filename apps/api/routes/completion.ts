import { isTidewatchError, type JsonObject } from '@tidewatch/event';
import { and, type KqlNode, toPredicate, valuesAt } from '@tidewatch/query';
import type { TimeRange } from '@tidewatch/store';
import { z } from 'zod';
import { complete, mostValues, type OwnField, type Vocabulary } from '../complete.ts';
import { scoresOf } from '../detector_history.ts';
import { resolveRange } from '../range.ts';
import { type Api, type Call, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/completion.ts';
import { triagers } from '../security/scope.ts';
import { documentOf } from './cases.ts';

const readers = { kind: 'session', roles: everyone } as const;
/** Raw records have no data class yet, so only those who work on everything see them. */
const letterReaders = { kind: 'session', roles: triagers, orAdminToken: true, wholeReach: true } as const;
const byDetector = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/) });

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

const letterFields: readonly OwnField[] = [
  { name: 'reason', type: 'keyword', says: 'why it was put aside' },
  { name: 'stage', type: 'keyword', says: 'where in the pipeline' },
  { name: 'source', type: 'keyword', says: 'who sent it' },
  { name: 'state', type: 'keyword', says: 'pending, failed, replayed or dropped' },
  { name: 'format', type: 'keyword', says: 'what it came as' },
  { name: 'raw', type: 'keyword', says: 'its text, part of it as in raw: *word*' },
  { name: 'message', type: 'text', says: 'what was wrong with it' },
  { name: 'event.id', type: 'keyword', says: 'of its event, once it is replayed' },
];

const scoreFields: readonly OwnField[] = [
  { name: 'tidewatch.score.grade', type: 'double', says: 'how odd, from 0 to 1' },
  { name: 'tidewatch.score.value', type: 'double', says: 'the score that the grade is made of' },
  { name: 'tidewatch.score.confidence', type: 'double', says: 'how much was learnt, from 0 to 1' },
  { name: 'tidewatch.score.suppressed', type: 'keyword', says: 'why it made no alert' },
  { name: 'tidewatch.score.features.name', type: 'keyword', says: 'what was measured' },
];

/** Cases and letters whose values are looked at: those that changed or came last. */
const casesRead = 500;
const lettersRead = 500;

type Asked = Pick<Call<{ readonly query: typeof schemas.completeInTimeQuery }>, 'query' | 'scope' | 'now'>;

/** Completes what is asked of rows that have fields of events, beside their own. */
function overEvents(
  { query: { text, position = text.length, ...times }, scope, now }: Asked,
  { events, ecsFields }: Pick<Api, 'events' | 'ecsFields'>,
  own: readonly OwnField[],
  values: (asked: {
    readonly query: KqlNode;
    readonly range: TimeRange;
    readonly field: string;
  }) => ReturnType<Vocabulary['values']>,
) {
  const range = resolveRange(times, now);
  return complete(text, position, {
    own,
    fields: () => events.fields(scope),
    ...(ecsFields && { ecs: ecsFields }),
    values: (field, query) => values({ query, range, field }),
  });
}

/** The most frequent values of a field of documents that are at hand. */
function valuesOf(
  documents: readonly JsonObject[],
  field: string,
): Awaited<ReturnType<Vocabulary['values']>> {
  const counts = new Map<string, number>();
  for (const document of documents)
    for (const value of valuesAt(document, field.split('.')))
      if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, mostValues);
}

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
    handle: (call, api) =>
      overEvents(call, api, [], async (asked) => {
        const found = await api.events.topValues({ ...asked, limit: mostValues }, call.scope);
        return found.map(({ value, count }) => ({ value: String(value), count }));
      }),
  }),
  route({
    name: 'alerts.complete',
    method: 'GET',
    url: '/api/alerts/complete',
    summary: 'What can stand at a place of a query for alerts: fields, values, words',
    policy: readers,
    audit: 'read',
    schemas: { query: schemas.completeInTimeQuery, answer: schemas.completion },
    // Beside its own, an alert has its first event's.
    handle: (call, api) =>
      overEvents(call, api, alertFields, async ({ field, ...asked }) => {
        const by = { by: [field], sort: 'count', limit: mostValues } as const;
        const { items } = await api.alerts.groups({ ...asked, ...by }, call.scope).catch(ungrouped);
        return items.flatMap(({ values: [value], count }) => (value == null ? [] : [{ value, count }]));
      }),
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
        return valuesOf(
          items.map((one) => documentOf(one) as JsonObject),
          field,
        );
      };
      return complete(text, position, { own: caseFields, fields: async () => [], values });
    },
  }),
  route({
    name: 'dead_letters.complete',
    method: 'GET',
    url: '/api/dead-letters/complete',
    summary: 'What can stand at a place of a query for dead letters: fields, values, words',
    policy: letterReaders,
    audit: 'read',
    schemas: { query: schemas.completeInTimeQuery, answer: schemas.completion },
    handle: async ({ query: { text, position = text.length, ...times }, now }, { deadLetters }) => {
      const range = resolveRange(times, now);
      const newest = async (query?: KqlNode): Promise<JsonObject[]> => {
        const matches = query && { query: { matches: toPredicate(query, { now }), text } };
        const { items } = await deadLetters.search(
          { state: 'all', ...range, ...matches },
          { limit: lettersRead },
        );
        return items.map(({ stage, reason, source, state, format, hints, event }) => ({
          ...{ stage, reason, source, state, format, event: { id: event } },
          ...(hints as JsonObject),
        }));
      };
      return complete(text, position, {
        own: letterFields,
        fields: async () =>
          [...new Set((await newest()).flatMap(Object.keys))].filter((name) => name !== 'event'),
        values: async (field, query) => valuesOf(await newest(query), field),
      });
    },
  }),
  route({
    name: 'detectors.complete',
    method: 'GET',
    url: '/api/detectors/:id/complete',
    summary: 'What can stand at a place of a query for odd intervals: fields, values, words',
    policy: { ...readers, orAdminToken: true },
    audit: 'read',
    schemas: { params: byDetector, query: schemas.completeInTimeQuery, answer: schemas.completion },
    handle: async (
      { params: { id }, query: { text, position = text.length, ...times }, scope, now },
      api,
    ) => {
      const range = resolveRange(times, now);
      const by = (await api.detectors?.get(id))?.by ?? [];
      const of = by.map((name) => ({ name, type: 'keyword', says: 'whose interval it is' }));
      return complete(text, position, {
        own: [...of, ...scoreFields],
        fields: async () => [],
        values: async (field, query) => {
          const asked = { query: and([scoresOf(id), query]), range, field, limit: mostValues };
          const found = await api.events.topValues(asked, scope);
          return found.map(({ value, count }) => ({ value: String(value), count }));
        },
      });
    },
  }),
];

/** Alerts have no groups by fields that name nothing. */
function ungrouped(error: unknown): { readonly items: readonly [] } {
  if (isTidewatchError(error) && error.code === 'GROUP_FIELD') return { items: [] };
  throw error;
}
