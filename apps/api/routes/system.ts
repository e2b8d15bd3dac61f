import type { HealthBoard } from '@tidewatch/telemetry';
import { errors } from '../errors.ts';
import { administrators, everyone, type Route, route } from '../route.ts';
import * as disk from '../schemas/disk.ts';
import * as schemas from '../schemas/system.ts';

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
    name: 'disk.get',
    method: 'GET',
    url: '/api/disk',
    summary:
      'What each store takes of its disk budget, when it is full, and whether senders are told to wait',
    policy: { kind: 'session', roles: everyone, orAdminToken: true },
    audit: 'own',
    schemas: { answer: disk.disk },
    handle: async (_call, { system }) => system.disk(),
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
