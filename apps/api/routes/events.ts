import { type EcsEvent, getField } from '@tidewatch/event';
import { z } from 'zod';
import { asDetail } from '../audit.ts';
import { download } from '../download.ts';
import { errors } from '../errors.ts';
import { histogramOf } from '../histogram.ts';
import { parseQuery } from '../kql.ts';
import { pagesOf } from '../pages.ts';
import { resolveRange } from '../range.ts';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/events.ts';
import { histogram } from '../schemas/primitives.ts';

const policy = { kind: 'session', roles: everyone } as const;

function cellsOf(json: string, columns: readonly string[]): Readonly<Record<string, unknown>> {
  const event = JSON.parse(json) as EcsEvent;
  return Object.fromEntries(columns.map((column) => [column, getField(event, column)]));
}

export const eventRoutes: readonly Route[] = [
  route({
    name: 'events.search',
    method: 'GET',
    url: '/api/events',
    summary: 'Events by KQL and time',
    policy,
    audit: 'read',
    schemas: { query: schemas.eventQuery, answer: schemas.eventPage },
    handle: async ({ query: { q, sort, limit, after, total, ...times }, scope, now }, { events }) => {
      const found = { ...parseQuery(q), range: resolveRange(times, now) };
      const [page, counted] = await Promise.all([
        events.search({ ...found, sort, limit, ...(after === undefined ? {} : { after }) }, scope),
        total === 'true' ? events.count(found, scope) : undefined,
      ]);
      return { ...page, ...(counted !== undefined && { total: counted }) };
    },
  }),
  route({
    name: 'events.export',
    method: 'GET',
    url: '/api/events/export',
    summary: 'All events that fit, newest first, as CSV or NDJSON, streamed',
    policy,
    audit: 'own',
    schemas: { query: schemas.eventExport },
    produces: 'application/x-ndjson',
    handle: async ({ query, scope, now, reply }, { events, audit }) => {
      const { q, from, to, format, fields } = query;
      const found = { ...parseQuery(q), range: resolveRange({ from, to }, now) };
      if (query.check) return undefined;
      const columns = fields.split(',').map((field) => field.trim());
      async function* pages() {
        const all = pagesOf((place: { readonly after?: string }) =>
          events.documents({ ...found, sort: 'newest', limit: 1_000, ...place }, scope),
        );
        for await (const items of all)
          yield format === 'ndjson' ? items : items.map((json) => cellsOf(json, columns));
      }
      return download({ reply, audit }, pages(), {
        ...{ name: 'events', format, columns, who: scope.principal, detail: asDetail(query) },
      });
    },
  }),
  route({
    name: 'events.histogram',
    method: 'GET',
    url: '/api/events/histogram',
    summary: 'Events over time, split by a field where one is named',
    policy,
    audit: 'read',
    schemas: { query: schemas.eventHistogramQuery, answer: histogram },
    handle: async ({ query: { q, split, ...asked }, scope, now }, { events }) => {
      const range = resolveRange(asked, now);
      const request = { ...parseQuery(q), range, ...(split === undefined ? {} : { split }) };
      return histogramOf(range, asked, (stepMs) => events.histogram({ ...request, stepMs }, scope));
    },
  }),
  route({
    name: 'events.top',
    method: 'GET',
    url: '/api/events/top',
    summary: 'The most frequent values of a field, or the rarest',
    policy,
    audit: 'read',
    schemas: { query: schemas.topQuery, answer: schemas.topValues },
    handle: async ({ query: { q, field, limit, order, ...times }, scope, now }, { events }) => ({
      field,
      values: await events.topValues(
        { ...parseQuery(q), range: resolveRange(times, now), field, limit, order },
        scope,
      ),
    }),
  }),
  route({
    name: 'events.fields',
    method: 'GET',
    url: '/api/events/fields',
    summary: 'Field paths seen in recent events',
    policy,
    audit: 'read',
    schemas: { answer: schemas.fieldNames },
    handle: async ({ scope }, { events }) => ({ fields: await events.fields(scope) }),
  }),
  route({
    name: 'events.get',
    method: 'GET',
    url: '/api/events/:id',
    summary: 'One event',
    policy,
    audit: 'read',
    schemas: { params: z.object({ id: z.string().max(128) }), answer: schemas.event },
    handle: async ({ params: { id }, scope }, { events }) => {
      const event = await events.get(id, scope);
      if (event === undefined) throw errors.EVENT_UNKNOWN({ id });
      return event;
    },
  }),
];
