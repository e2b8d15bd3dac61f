import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { isTidewatchError } from '@tidewatch/event';
import type { InputContext } from '@tidewatch/plugin';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { errors } from '../errors.ts';
import type { Tls } from '../tls.ts';
import type { Admission } from './admission.ts';
import { errorBody, thrown } from './answers.ts';
import { createBodyReader } from './body.ts';
import type { HttpConfig } from './config.ts';
import { watchConnections } from './connections.ts';
import { createGuard, type Visit } from './guard.ts';
import { notFound, serveHandshake } from './handshake.ts';
import { serveJournal, uploadPath } from './journal.ts';
import { serveEvents } from './routes.ts';

export interface ServerDeps {
  readonly admission: Admission;
  readonly tls: Tls | undefined;
  /** Whether new requests are to be turned away with 503. */
  readonly stopping: () => boolean;
}

export function createServer(config: HttpConfig, context: InputContext, deps: ServerDeps): FastifyInstance {
  const { admission, tls, stopping } = deps;
  const refused = (reason: string, by = 1): void =>
    context.metrics.count('input_refused_total', { input: context.name, reason }, by);
  const app = fastify({
    logger: false,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_048 },
    serverFactory: (handler) => {
      const options = timeoutsOf(config);
      const server: Server =
        tls === undefined
          ? createHttpServer(options, handler)
          : createHttpsServer({ ...tls.options, ...options }, handler);
      return server.setTimeout(config.request_timeout_ms);
    },
  });
  watchConnections(app.server, config, context, refused);

  const guard = createGuard(config, context);
  const visits = new WeakMap<FastifyRequest, Visit>();
  app.addHook('onRequest', async (request, reply) => {
    const free = limitTime(request.raw, config.request_timeout_ms);
    // Once a request has come whole its sender waits for us.
    request.raw.once('close', () => {
      if (!reply.raw.writableEnded) request.raw.socket.setTimeout(0);
    });
    reply.header('x-elastic-product', 'Elasticsearch');
    if (stopping()) {
      reply.header('connection', 'close');
      throw errors.STOPPING();
    }
    visits.set(request, guard(request.raw));
    // A journal may be long: its sender is cut off only when nothing comes.
    if (request.routeOptions.url === config.base_path + uploadPath) free();
  });

  app.addHook('onSend', async ({ raw }) => {
    raw.socket.setTimeout(config.request_timeout_ms);
  });

  // Handlers read bodies themselves, with limits on what is unpacked.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.setNotFoundHandler(async (request) => {
    throw notFound(request);
  });
  app.setErrorHandler((error, request, reply) => {
    const failed = thrown(clientError(error) ?? error);
    refused(failed.type);
    if (failed.status === 500)
      context.log.error({ err: error, route: request.routeOptions.url }, 'A request failed');
    if (failed.status === 401) reply.header('www-authenticate', 'Basic realm="tidewatch", ApiKey');
    if (failed.status === 429 || failed.status === 503) reply.header('retry-after', retryAfter(error));
    return reply.code(failed.status).send(errorBody(failed));
  });

  const routes = {
    accept: context.accept,
    admission,
    readBody: createBodyReader(config),
    visitOf: (request: FastifyRequest) => visits.get(request) ?? guard(request.raw),
    refused,
  };
  app.register(
    async (scope) => {
      serveHandshake(scope, config);
      serveEvents(scope, config, routes);
      serveJournal(scope, config, routes);
    },
    { prefix: config.base_path },
  );
  return app;
}

const timeoutsOf = ({ request_timeout_ms }: HttpConfig): ServerOptions & { handshakeTimeout: number } => ({
  // Set for each request by itself.
  requestTimeout: 0,
  headersTimeout: Math.min(15_000, request_timeout_ms),
  connectionsCheckingInterval: Math.min(5_000, request_timeout_ms),
  // As long as a proxy or a shipper keeps a connection for its next batch.
  keepAliveTimeout: 72_000,
  handshakeTimeout: Math.min(15_000, request_timeout_ms),
});

/** Cuts off a sender whose request has not come whole within so many milliseconds, unless it is freed before. */
function limitTime(request: IncomingMessage, limit: number): () => void {
  const timer = setTimeout(() => request.destroy(errors.TOO_SLOW({ limit })), limit);
  const free = () => clearTimeout(timer);
  request.once('close', free);
  return free;
}

/** Seconds after which a sender may come again, as the pipeline says, else one. */
function retryAfter(error: unknown): string {
  const asked = isTidewatchError(error) ? error.details.retryAfter : undefined;
  return typeof asked === 'number' && asked >= 1 ? String(Math.ceil(asked)) : '1';
}

/** The framework's own complaints about a request (a bad URL, say) as this input's. */
function clientError(error: unknown) {
  const { statusCode = 500 } = error as { statusCode?: number };
  if (isTidewatchError(error) || statusCode >= 500) return undefined;
  return errors.BAD_REQUEST({ reason: (error as Error).message });
}
