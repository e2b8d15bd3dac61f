import { setTimeout as sleep } from 'node:timers/promises';
import { definePlugin, type Input, type InputContext, type Listener } from '@tidewatch/plugin';
import { bindError, hostPort } from './bind.ts';
import { createPatience } from './patience.ts';
import { chargeLists, createQuotas } from './quota.ts';
import { createBudget } from './relp/budget.ts';
import { type RelpConfig, relpConfig } from './relp/config.ts';
import { createKeep } from './relp/keep.ts';
import { createSession, type Session } from './relp/session.ts';
import { certificateOf } from './syslog/certificate.ts';
import { countConnections, type Listening, listenConnections } from './syslog/connections.ts';
import { createCounts } from './syslog/counts.ts';
import { createSenders, requirePeers } from './syslog/senders.ts';
import type { Tls } from './tls.ts';

/** What was received before the stop gets this long to be taken and acknowledged. */
const drainMs = 5_000;

/** Takes syslog messages over RELP, which acknowledges each: rsyslog's `omrelp` and others send it. */
export const relp = definePlugin({
  name: 'relp',
  kind: 'input',
  summary:
    'Takes syslog over RELP, over TCP or TLS. A message is acknowledged when it is kept; after a broken connection its sender may send it again.',
  config: relpConfig,
  create: createRelp,
});

function createRelp(config: RelpConfig, context: InputContext): Input {
  const { log } = context;
  const protocol = config.tls === undefined ? 'tcp' : 'tls';
  const secured = config.tls !== undefined;
  const counts = createCounts(context, 'relp', protocol);
  const senders = createSenders(config, counts, secured);
  const quotas = config.peer_quota === undefined ? undefined : createQuotas(config.peer_quota);
  const charged = chargeLists(context.accept, (_, { hints }, events) =>
    quotas?.charge(hints.peer ?? '', events),
  );
  const changed = countConnections(context);
  const sessions = new Set<Session>();
  let draining = new AbortController();
  let stopping = new AbortController();
  let tls: Tls | undefined;
  let listening: Listening | undefined;
  let failure: Listener | undefined;

  async function listen(): Promise<Listening> {
    const accept = createPatience(charged, log, stopping.signal);
    const keep = createKeep(config.source, accept, counts, draining.signal);
    const budget = createBudget(config.max_pending_bytes, () => listening?.release('pipeline'));
    const failed = (error: Error) => log.error({ err: error, input: 'relp' }, 'A connection failed');
    return listenConnections(
      { config, port: config.port, tls, senders, counts, quotas, changed, failed },
      (connection) => {
        const session = createSession(connection, { config, counts, keep, budget, log });
        sessions.add(session);
        return {
          data: session.data,
          closed() {
            sessions.delete(session);
            session.closed();
          },
        };
      },
    );
  }

  return {
    async start() {
      requirePeers('relp', config, secured);
      draining = new AbortController();
      stopping = new AbortController();
      failure = undefined;
      tls = secured ? await certificateOf('relp', config, context) : undefined;
      try {
        listening = await listen();
      } catch (error) {
        tls?.close();
        const said = bindError(error, { input: 'relp', protocol, host: config.host, port: config.port });
        const address = `relp://${hostPort(config.host, config.port)}`;
        failure = { address, state: 'failed', detail: said.message };
        throw said;
      }
    },
    async stop() {
      const closing = listening;
      listening = undefined;
      closing?.quiet();
      draining.abort();
      const finished = Promise.all([...sessions].map((session) => session.finish()));
      await Promise.race([finished, sleep(drainMs, undefined, { ref: false })]);
      stopping.abort();
      await finished;
      await closing?.close();
      tls?.close();
      counts.flush();
    },
    listeners() {
      if (listening === undefined) return failure === undefined ? [] : [failure];
      const detail = counts.detail(tls?.detail);
      const address = `${secured ? 'relps' : 'relp'}://${hostPort(config.host, listening.port)}`;
      return [{ address, state: 'listening', ...(detail === undefined ? {} : { detail }) }];
    },
  };
}
