import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { asDetail, resultSize } from './audit.ts';
import type { Api, Call, Route } from './route.ts';
import { problem } from './schemas/primitives.ts';
import { keyScopeOf } from './security/key_scope.ts';
import { scopeOf } from './security/scope.ts';

const session = { session: [] };
const adminToken = { adminToken: [] };
const apiKey = { apiKey: [] };
const metricsToken = { metricsToken: [] };

function securityOf(route: Route) {
  const { policy } = route;
  if (policy.kind === 'public') return [];
  if (policy.kind === 'metrics') return [metricsToken];
  if (policy.kind === 'admin_token') return [adminToken];
  return [
    session,
    ...(keyScopeOf(route) === undefined ? [] : [apiKey]),
    ...(policy.orAdminToken ? [adminToken] : []),
  ];
}

type Run = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Gives a row of the route table to fastify: its schemas validate, serialise and describe, its policy is checked before. */
export function registerRoute(app: FastifyInstance, route: Route, run: Run): void {
  const { produces, schemas } = route;
  const { query, params, body, answer } = schemas;
  app.route({
    method: route.method,
    url: route.url,
    config: {
      policy: route.policy,
      keyScope: keyScopeOf(route),
      action: route.name,
      changes: route.audit === 'change',
    },
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
    schema: {
      operationId: route.name,
      summary: route.summary,
      tags: [route.name.split('.', 1)[0] ?? route.name],
      security: securityOf(route),
      ...(query === undefined ? {} : { querystring: query }),
      ...(params === undefined ? {} : { params }),
      ...(body === undefined ? {} : { body }),
      ...(produces === undefined ? {} : { produces: [produces] }),
      response: {
        ...(answer === undefined ? { 204: z.null() } : { [route.status ?? 200]: answer }),
        '4xx': problem,
        '5xx': problem,
      },
    },
    handler: async (request, reply) => {
      const answer = await run(request, reply);
      if (answer === undefined) return reply.code(204).send();
      if (route.status !== undefined) reply.code(route.status);
      return answer;
    },
  });
}

/** Runs a route's handler, and writes what its row of the table owes the audit log. */
export function runRoute(route: Route, api: Api): Run {
  return async (request, reply) => {
    const call = toCall(api, request, reply);
    const { caller } = call;
    const asked = {
      ...(call.query as object | undefined),
      ...(call.body as object | undefined),
      ...(caller.kind === 'key' ? { apiKey: caller.key.id } : {}),
    };
    const entry = {
      who: call.scope.principal,
      action: route.name,
      target: request.url.split('?', 1)[0] ?? '',
    };
    if (route.audit === 'change') await api.audit.beforeChange({ ...entry, detail: asDetail(asked) });
    const answer = await route.handle(call, api);
    if (route.audit !== 'own') {
      const results = answer === reply ? 0 : resultSize(answer);
      await api.audit[route.audit]({ ...entry, detail: asDetail({ ...asked, results }) });
    }
    return answer;
  };
}

/** fastify has parsed the parts with the route's schemas, which the erased type of a table's row can't say. */
const toCall = (api: Api, request: FastifyRequest, reply: FastifyReply) =>
  ({
    query: request.query,
    params: request.params,
    body: request.body,
    caller: request.caller,
    session: request.caller.kind === 'session' ? request.caller.session : undefined,
    scope: scopeOf(request.caller, api.dataClasses ?? { all: [] }),
    now: api.now(),
    request,
    reply,
  }) as Call<Route['schemas']>;
