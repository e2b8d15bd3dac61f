import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { definePlugin, type Input, type InputContext, type Listener } from '@tidewatch/plugin';
import type { FastifyInstance } from 'fastify';
import { bindError, hostPort, isLoopback } from './bind.ts';
import { errors } from './errors.ts';
import { createAdmission } from './http/admission.ts';
import { type HttpConfig, httpConfig } from './http/config.ts';
import { createTls, type Tls } from './tls.ts';

/** Requests under way get this long at stop. */
const drainMs = 5_000;

/**
 * Takes events over HTTP: Elasticsearch's `_bulk` and `_doc`, NDJSON, JSON arrays or lines at `/ingest/<source>`, and
 * systemd's journal at `/upload`.
 */
export const http = definePlugin({
  name: 'http',
  kind: 'input',
  summary:
    "Takes events over HTTP or HTTPS, as Elasticsearch's _bulk does for shippers, as lines or JSON at /ingest/<source>, and from systemd-journal-upload.",
  config: httpConfig,
  create: createHttp,
});

function createHttp(config: HttpConfig, context: InputContext): Input {
  const admission = createAdmission(config, context.log);
  let app: FastifyInstance | undefined;
  let tls: Tls | undefined;
  let stopping = false;
  const scheme = config.tls === undefined ? 'http' : 'https';
  let listener: Listener = {
    address: `${scheme}://${hostPort(config.host, config.port)}${config.base_path}`,
    state: 'failed',
    detail: 'not started',
  };

  /** Answers the port, which the system chooses where the configured one is 0. */
  async function listen(): Promise<number> {
    tls = config.tls && (await createTls(config.tls, context.log));
    // Its libraries take longer to load than all else together, and many processes have no such input.
    const { createServer } = await import('./http/server.ts');
    app = createServer(config, context, { admission, tls, stopping: () => stopping });
    const { host, port } = config;
    try {
      await app.listen({ host, port });
    } catch (error) {
      throw bindError(error, { input: 'http', protocol: 'tcp', host, port });
    }
    tls?.follow(app.server as Server);
    return (app.server.address() as AddressInfo).port;
  }

  return {
    async start() {
      refuseExposure(config);
      stopping = false;
      try {
        const port = await listen();
        const address = `${scheme}://${hostPort(config.host, port)}${config.base_path}`;
        listener = { address, state: 'listening' };
      } catch (error) {
        tls?.close();
        listener = { ...listener, state: 'failed', detail: (error as Error).message };
        throw error;
      }
    },

    async stop() {
      stopping = true;
      const closing = app;
      app = undefined;
      tls?.close();
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

    listeners() {
      if (listener.state === 'failed') return [listener];
      const detail = [tls?.detail, admission.detail()].filter((part) => part !== undefined).join('; ');
      return [detail === '' ? listener : { ...listener, detail }];
    },
  };
}

/** Other machines reach it directly, or through a proxy: then it must know who sends, and nobody may read along. */
function refuseExposure(config: HttpConfig): void {
  const { host, tls, api_keys, server_keys, trusted_proxies } = config;
  const direct = !isLoopback(host);
  if (!direct && trusted_proxies.length === 0) return;
  if (api_keys.length === 0 && !server_keys && tls?.client_ca === undefined)
    throw errors.NEEDS_KEYS({ why: direct ? `\`host\` is ${host}` : 'through `trusted_proxies`' });
  if (direct && tls === undefined && !config.insecure)
    throw errors.NEEDS_TLS({ input: 'http', host, remedy: 'Add `tls`' });
}
