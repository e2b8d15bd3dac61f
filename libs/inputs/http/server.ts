import { isTidewatchError } from '@tidewatch/event';
import type { InputContext } from '@tidewatch/plugin';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { errors } from '../errors.ts';
import { errorBody, thrown } from './answers.ts';
import { createBodyReader } from './body.ts';
import type { HttpConfig } from './config.ts';
import { createGuard, type Sender } from './guard.ts';
import { notFound, serveHandshake } from './handshake.ts';
import { serveEvents } from './routes.ts';

/** @param stopping whether new requests are to be turned away with 503 */
export function createServer(
  config: HttpConfig,
  context: InputContext,
  stopping: () => boolean,
): FastifyInstance {
  const app = fastify({
    logger: false,
    requestTimeout: config.request_timeout_ms,
    connectionTimeout: config.request_timeout_ms,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_048 },
    http: {
      headersTimeout: Math.min(15_000, config.request_timeout_ms),
      connectionsCheckingInterval: Math.min(5_000, config.request_timeout_ms),
    },
  });
  app.server.maxConnections = config.max_connections;
  // E.g. no file descriptors left: one connection less, not one process less.
  app.server.on('error', (error) => context.log.error({ err: error, input: 'http' }, 'A connection failed'));

  const guard = createGuard(config);
  const senders = new WeakMap<FastifyRequest, Sender>();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-elastic-product', 'Elasticsearch');
    if (stopping()) {
      reply.header('connection', 'close');
      throw errors.STOPPING();
    }
    senders.set(request, guard(request.raw));
  });

  // Handlers read bodies themselves, with limits on what is unpacked.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.setNotFoundHandler(async (request) => {
    throw notFound(request);
  });
  app.setErrorHandler((error, request, reply) => {
    const failed = thrown(clientError(error) ?? error);
    if (failed.status === 500)
      context.log.error({ err: error, route: request.routeOptions.url }, 'A request failed');
    if (failed.status === 401) reply.header('www-authenticate', 'Basic realm="tidewatch", ApiKey');
    if (failed.status === 429 || failed.status === 503) reply.header('retry-after', retryAfter(error));
    return reply.code(failed.status).send(errorBody(failed));
  });

  serveHandshake(app, config);
  serveEvents(app, config, {
    accept: context.accept,
    readBody: createBodyReader(config),
    senderOf: (request) => senders.get(request) ?? guard(request.raw),
  });
  return app;
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
