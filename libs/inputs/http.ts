import type { AddressInfo } from 'node:net';
import { definePlugin, type Input, type InputContext, type Listener } from '@tidewatch/plugin';
import type { FastifyInstance } from 'fastify';
import { bindError, hostPort, isLoopback } from './bind.ts';
import { errors } from './errors.ts';
import { type HttpConfig, httpConfig } from './http/config.ts';
import { createServer } from './http/server.ts';

/** Requests under way get this long at stop. */
const drainMs = 5_000;

/** Takes events over HTTP: Elasticsearch's `_bulk` and `_doc`, and NDJSON, JSON arrays or lines at `/ingest/<source>`. */
export const http = definePlugin({
  name: 'http',
  kind: 'input',
  summary:
    "Takes events over HTTP, as Elasticsearch's _bulk does for shippers, and as lines or JSON at /ingest/<source>.",
  config: httpConfig,
  create: createHttp,
});

function createHttp(config: HttpConfig, context: InputContext): Input {
  let app: FastifyInstance | undefined;
  let stopping = false;
  let listener: Listener = {
    address: `http://${hostPort(config.host, config.port)}`,
    state: 'failed',
    detail: 'not started',
  };

  return {
    async start() {
      if (config.api_keys.length === 0 && !isLoopback(config.host))
        throw errors.NEEDS_KEYS({ host: config.host });
      stopping = false;
      app = createServer(config, context, () => stopping);
      try {
        await app.listen({ host: config.host, port: config.port });
      } catch (error) {
        const failure = bindError(error, {
          input: 'http',
          protocol: 'tcp',
          host: config.host,
          port: config.port,
        });
        listener = { ...listener, state: 'failed', detail: failure.message };
        throw failure;
      }
      const { port } = app.server.address() as AddressInfo;
      listener = { address: `http://${hostPort(config.host, port)}`, state: 'listening' };
    },

    async stop() {
      stopping = true;
      const closing = app;
      app = undefined;
      if (closing === undefined) return;
      const { server } = closing;
      // A connection that was busy when the server closed stays open for its next request: none will be answered.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), drainMs);
      await closing.close();
      clearInterval(idle);
      clearTimeout(late);
      listener = { ...listener, state: 'failed', detail: 'stopped' };
    },

    listeners: () => [listener],
  };
}
