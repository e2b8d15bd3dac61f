import type { Scope } from '@tidewatch/store';
import { z } from 'zod';
import type { DetectorDesk } from '../detector_desk.ts';
import { historyOf } from '../detector_history.ts';
import { errors } from '../errors.ts';
import { resolveRange } from '../range.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/detectors.ts';
import { time } from '../schemas/primitives.ts';
import { engineers, mayWork, triagers } from '../security/scope.ts';

const readers = { kind: 'session', roles: everyone, orAdminToken: true } as const;
const writers = { kind: 'session', roles: engineers, orAdminToken: true } as const;
/** They may read whatever a run finds. */
const runners = { kind: 'session', roles: triagers, orAdminToken: true } as const;
const byId = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/) });
/** An entity in a query: JSON of its values. */
const entityText = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    try {
      const read = z.array(z.string()).max(2).safeParse(JSON.parse(text));
      if (read.success) return read.data;
    } catch {
      // Said below.
    }
    context.addIssue({ code: 'custom', message: 'is a JSON list of up to two texts, such as ["alice"]' });
    return z.NEVER;
  });
const range = { from: time.default('now-7d'), to: time.default('now') };

/** What is usual of users, hosts and addresses, and what is not. */
export const detectorRoutes: readonly Route[] = [
  route({
    name: 'detectors.list',
    method: 'GET',
    url: '/api/detectors',
    summary: 'Every detector of anomalies: how it stands, and what it waits for',
    policy: readers,
    audit: 'own',
    schemas: { answer: schemas.detectorList },
    handle: async (_call, { detectors }) => detectors?.list() ?? { detectors: [], faults: [] },
  }),
  route({
    name: 'detectors.get',
    method: 'GET',
    url: '/api/detectors/:id',
    summary: 'One detector as written',
    policy: readers,
    audit: 'own',
    schemas: { params: byId, answer: schemas.detectorDetail },
    handle: async ({ params: { id } }, api) => {
      const found = await deskOf(api).get(id);
      if (found === undefined) throw errors.DETECTOR_UNKNOWN({ id });
      return found;
    },
  }),
  route({
    name: 'detectors.put',
    method: 'PUT',
    url: '/api/detectors/:id',
    summary: 'Write a detector, and let it run: one that learns the same as before goes on',
    policy: writers,
    audit: 'change',
    schemas: { params: byId, body: schemas.detectorBody, answer: schemas.detectorRow },
    handle: async ({ params: { id }, body: { source } }, api) => {
      const made = await deskOf(api).put(id, source);
      if (!made.ok) throw errors.DETECTOR_INVALID({ why: made.why });
      return made.detector;
    },
  }),
  route({
    name: 'detectors.remove',
    method: 'DELETE',
    url: '/api/detectors/:id',
    summary: 'Delete a detector with what it has learnt; its results stay for their time',
    policy: writers,
    audit: 'change',
    schemas: { params: byId, answer: byId },
    handle: async ({ params: { id } }, api) => {
      const outcome = await deskOf(api).remove(id);
      if (outcome === 'unknown') throw errors.DETECTOR_UNKNOWN({ id });
      if (outcome === 'read_only') throw errors.DETECTOR_READ_ONLY({ id });
      return { id };
    },
  }),
  route({
    name: 'detectors.run',
    method: 'POST',
    url: '/api/detectors/:id/runs',
    summary: 'Run a detector over stored events: what it would have found',
    policy: runners,
    audit: 'change',
    schemas: { params: byId, body: z.object(range), answer: schemas.detectorRun },
    handle: async ({ params: { id }, body, scope, now }, api) => {
      const job = deskOf(api).start({ id, range: resolveRange(body, now), scope });
      if (job === 'unknown') throw errors.DETECTOR_UNKNOWN({ id });
      if (job === 'busy') throw errors.DETECTOR_RUNS_WAITING();
      return job;
    },
  }),
  route({
    name: 'detectors.run_get',
    method: 'GET',
    url: '/api/detectors/runs/:id',
    summary: 'How far a run is, and what it found',
    policy: runners,
    audit: 'own',
    schemas: { params: byId, answer: schemas.detectorRun },
    handle: async ({ params: { id }, scope }, api) => runOf(api, id, scope),
  }),
  route({
    name: 'detectors.run_cancel',
    method: 'DELETE',
    url: '/api/detectors/runs/:id',
    summary: 'End a run',
    policy: runners,
    audit: 'change',
    schemas: { params: byId, answer: schemas.detectorRun },
    handle: async ({ params: { id }, scope }, api) => {
      runOf(api, id, scope);
      if (!deskOf(api).cancel(id)) throw errors.DETECTOR_RUN_ENDED({ id });
      return runOf(api, id, scope);
    },
  }),
  route({
    name: 'detectors.estimate',
    method: 'POST',
    url: '/api/detectors/estimate',
    summary: 'What a detector would take, before it is written',
    policy: writers,
    audit: 'own',
    schemas: { body: schemas.detectorBody, answer: schemas.detectorEstimate },
    handle: async ({ body: { source } }, api) => {
      const read = deskOf(api).estimate(source);
      if (!read.ok) throw errors.DETECTOR_INVALID({ why: read.why });
      return read.estimate;
    },
  }),
  route({
    name: 'detectors.entities',
    method: 'GET',
    url: '/api/detectors/:id/entities',
    summary: 'Entities that a detector knows, those with the newest events first',
    policy: readers,
    audit: 'read',
    schemas: {
      params: byId,
      query: z.object({
        text: z.string().max(500).optional().describe('Part of one of its values'),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      answer: schemas.detectorEntities,
    },
    handle: async ({ params: { id }, query: { text, limit }, scope }, api) => {
      const asked = { limit, ...(text !== undefined && { text }) };
      const found = await deskOf(api).entities(id, asked, scope);
      if (found === 'unknown') throw errors.DETECTOR_UNKNOWN({ id });
      if (found === 'off') throw errors.DETECTOR_OFF({ id });
      return found;
    },
  }),
  route({
    name: 'detectors.series',
    method: 'GET',
    url: '/api/detectors/:id/series',
    summary: 'The last intervals of an entity: what was, what was expected, and how odd that is',
    policy: readers,
    audit: 'read',
    schemas: {
      params: byId,
      query: z.object({ entity: entityText }),
      answer: schemas.detectorSeries,
    },
    handle: async ({ params: { id }, query: { entity }, scope }, api) => {
      const found = await deskOf(api).series(id, entity, scope);
      if (found === 'unknown') throw errors.DETECTOR_UNKNOWN({ id });
      if (found === 'off') throw errors.DETECTOR_OFF({ id });
      if (found === 'no_entity') throw errors.ENTITY_UNKNOWN({ id });
      return found;
    },
  }),
  route({
    name: 'detectors.history',
    method: 'GET',
    url: '/api/detectors/:id/history',
    summary: 'Odd intervals that a detector has found, alerts or not',
    policy: readers,
    audit: 'read',
    schemas: {
      params: byId,
      query: z.object({
        ...range,
        limit: z.coerce.number().int().min(1).max(1_000).default(100),
        after: z.string().max(500).optional(),
        q: z.string().max(10_000).optional().describe('KQL that their score documents fit'),
      }),
      answer: schemas.detectorHistory,
    },
    handle: async (
      { params: { id }, query: { limit, after, q, ...times }, scope, now },
      { events, detectors },
    ) => {
      const asked = { id, limit, after, q, range: resolveRange(times, now) };
      const { items, ...rest } = await historyOf(events, asked, scope);
      const withAlert = items.map((item) => {
        const alert = item.suppressed === undefined ? detectors?.alertOf(id, item) : undefined;
        return { ...item, ...(alert !== undefined && { alert }) };
      });
      return { items: withAlert, ...rest };
    },
  }),
];

function deskOf({ detectors }: Api): DetectorDesk {
  if (detectors === undefined) throw errors.DETECTORS_ABSENT();
  return detectors;
}

function runOf(api: Api, id: string, scope: Scope) {
  const job = deskOf(api).job(id);
  if (job === undefined || !mayWork(job, scope)) throw errors.DETECTOR_RUN_UNKNOWN({ id });
  return job;
}
