import { randomUUID } from 'node:crypto';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import { excessOf } from '@tidewatch/event';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createAuditor } from './audit.ts';
import { serveConsole } from './console/routes.ts';
import type { ApiDeps } from './deps.ts';
import { errors } from './errors.ts';
import { guard, noteRefusal } from './guard.ts';
import { listen } from './listen.ts';
import { createIdentityProvider } from './oidc/provider.ts';
import { createVouching } from './oidc/vouching.ts';
import { useSchemas } from './openapi.ts';
import { sendProblem } from './problem.ts';
import { registerRoute, runRoute } from './register.ts';
import type { Api } from './route.ts';
import { routes } from './routes/index.ts';
import { setSecurityHeaders } from './security/headers.ts';
import { keyScopes } from './security/key_scope.ts';
import { createLoginRate } from './security/login_rate.ts';
import { createRefusals } from './security/refusals.ts';

export type { AlertJobDesk } from './alert_job_desk.ts';
export type { DeadLetterChoice, DeadLetterDesk, DeadLetterFilter } from './dead_letter_desk.ts';
export type { DeepReadonly } from './deep_readonly.ts';
export type { ApiDeps, ConsoleBuild, Demo, SystemStatus } from './deps.ts';
export type { DetectorDesk } from './detector_desk.ts';
export type { ExceptionDesk, ExceptionOutcome } from './exception_desk.ts';
export type { ForecastDesk } from './forecast_desk.ts';
export { createLiveHub, type LiveHub, type LiveKind, type LiveMessage } from './live.ts';
export type { ModelBacktested, ModelChanged, ModelDesk, ModelDetail, ModelRow } from './model_desk.ts';
export type { OidcSettings } from './oidc/settings.ts';
export { openApiDocument } from './openapi.ts';
export type { ParserDesk, ParserTried } from './parser_desk.ts';
export { createProbeServer } from './probe_server.ts';
export { loginUrl } from './routes/admin.ts';
export type {
  BacktestAsked,
  Backtests,
  ExpectedVersion,
  RuleCatalogue,
  RuleDesk,
  RuleOutcome,
} from './rule_desk.ts';
export type { Readable } from './security/scope.ts';
export type { Approver, UseCaseDesk, UseCaseOutcome } from './use_case_desk.ts';

export interface ApiServer {
  /** Answers the address, e.g. `http://127.0.0.1:8420`; port 0 takes a free one. */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  /** Ends live streams, lets other requests finish, and stops. */
  close(): Promise<void>;
  /** Undefined until it listens. */
  readonly address: string | undefined;
  openapi(): object;
  /** Live streams that are open. */
  streams(): number;
  /** Answers one request without a socket. */
  readonly inject: FastifyInstance['inject'];
}

const bodyLimit = 1 << 20;
/** Of JSON: what is beyond holds everybody up while it is parsed. */
const bodyLimits = { depth: 64, fields: 20_000 };

/** The HTTP API, the live stream, /metrics, the probes, and the console's files. */
export async function createApi(deps: ApiDeps): Promise<ApiServer> {
  const now = deps.clock ?? Date.now;
  const audit = createAuditor(deps.control.audit, deps.health, deps.log);
  const identity = deps.oidc && createIdentityProvider(deps.oidc, now);
  const api: Api = {
    ...deps,
    now,
    startedAt: now(),
    audit,
    refusals: createRefusals(audit.read, now),
    allowLogin: createLoginRate(now),
    keyScopes: keyScopes(routes),
    identity,
    vouching: identity && createVouching(identity, deps.control, now, deps.log),
    streams: new Set(),
  };
  const app = fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit,
    // Series are named with their labels.
    routerOptions: { maxParamLength: 2_048 },
    requestTimeout: 30_000,
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(request, reply);
      sendProblem(error, request, reply);
    },
    trustProxy: deps.trustedProxies === undefined ? false : [...deps.trustedProxies],
  });
  await app.register(cookie);
  // Live streams write to the socket themselves, and so stay as they are.
  await app.register(compress, { threshold: 2_048, encodings: ['br', 'gzip'] });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (excessOf(body, bodyLimits) === undefined) parse(request, body, done);
    else done(errors.BODY_TOO_COMPLEX(bodyLimits));
  });
  // A body of YAML is what it is in JSON as `source`; a route that takes none refuses it.
  app.addContentTypeParser(
    /^(?:application|text)\/(?:x-)?yaml\b/,
    { parseAs: 'string' },
    async (_: unknown, source: string) => ({ source }),
  );
  guard(app, api);
  observe(app, api);
  app.setErrorHandler((error, request, reply) =>
    sendProblem(error, request, reply, (problem) => noteRefusal(problem, request, api)),
  );
  app.addHook('onClose', () => api.refusals.flush());
  await useSchemas(app, deps.version);
  for (const route of routes) registerRoute(app, route, runRoute(route, api));
  app.get('/api/openapi.json', { config: { policy: { kind: 'public' } }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
  await serveConsole(app, deps);
  await app.ready();

  let address: string | undefined;
  return {
    listen: async (at) => {
      address = await listen(app, at);
      return address;
    },
    close: () => app.close(),
    get address() {
      return address;
    },
    openapi: () => app.swagger(),
    streams: () => api.streams.size,
    inject: app.inject.bind(app),
  };
}

/** Times every answer by its route's template; ends live streams before the server closes. */
function observe(app: FastifyInstance, { metrics, streams }: Api): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.observe(
      'http_request_duration_seconds',
      {
        route: request.routeOptions.url ?? 'none',
        method: request.method,
        status_class: `${Math.floor(reply.statusCode / 100)}xx`,
      },
      reply.elapsedTime / 1_000,
    );
  });
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
}
