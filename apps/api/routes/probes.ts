import { z } from 'zod';
import { errors } from '../errors.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/system.ts';

const policy = { kind: 'public' } as const;

export const probeRoutes: readonly Route[] = [
  route({
    name: 'metrics',
    method: 'GET',
    url: '/metrics',
    summary: 'Metrics in the Prometheus text format',
    policy: { kind: 'metrics' },
    audit: 'own',
    schemas: { answer: z.string() },
    produces: 'text/plain',
    handle: async ({ reply }, { metrics }) => {
      const { contentType, body } = await metrics.render();
      reply.type(contentType);
      return body;
    },
  }),
  route({
    name: 'health.live',
    method: 'GET',
    url: '/health/live',
    summary: 'The process answers',
    policy,
    audit: 'own',
    schemas: { answer: schemas.liveness },
    handle: async () => ({ live: true as const }),
  }),
  route({
    name: 'health.ready',
    method: 'GET',
    url: '/health/ready',
    summary: 'Every role works (200) or not yet (503)',
    policy,
    audit: 'own',
    schemas: { answer: schemas.readiness },
    handle: async (_call, { health }) => {
      const roles = health.list().map(({ name, state }) => ({ role: name, state }));
      if (!health.ready()) throw errors.NOT_READY({ roles });
      return { ready: true as const, roles };
    },
  }),
];
