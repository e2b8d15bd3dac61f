import type { HealthBoard } from '@tidewatch/telemetry';
import { errors } from '../errors.ts';
import { administrators, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/system.ts';
import { triagers } from '../security/scope.ts';

const roleStates = (health: HealthBoard) =>
  health.list().map(({ name, since, ...rest }) => ({ role: name, since: since.toISOString(), ...rest }));

export const systemRoutes: readonly Route[] = [
  route({
    name: 'health.get',
    method: 'GET',
    url: '/api/health',
    summary: 'The health page: roles, listeners, sources, streams, rules, dead letters, store',
    policy: { kind: 'session', roles: everyone },
    audit: 'own',
    schemas: { answer: schemas.health },
    handle: async (_call, { version, startedAt, health, system }) => ({
      ...(await system.health()),
      version,
      startedAt: new Date(startedAt).toISOString(),
      roles: roleStates(health),
    }),
  }),
  route({
    name: 'dead_letters.list',
    method: 'GET',
    url: '/api/dead-letters',
    summary: 'Records that could not be handled, newest first',
    // Raw records have no data class yet, so only those who work on them see them.
    policy: { kind: 'session', roles: triagers },
    audit: 'read',
    schemas: { query: schemas.deadLetterQuery, answer: schemas.deadLetterPage },
    handle: async ({ query: { limit, before } }, { system }) => system.deadLetters(limit, before),
  }),
  route({
    name: 'demo.remove',
    method: 'DELETE',
    url: '/api/demo',
    summary: 'Stop the demonstration and delete its events and alerts',
    policy: { kind: 'session', roles: administrators },
    audit: 'change',
    schemas: { answer: schemas.demoRemoved },
    handle: async (_call, { demo, live }) => {
      if (demo === undefined || !demo.active()) throw errors.DEMO_NONE();
      const removed = await demo.remove();
      live.publish('demo', { demo: false });
      return removed;
    },
  }),
];
