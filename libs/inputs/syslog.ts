import { setTimeout as sleep } from 'node:timers/promises';
import { definePlugin, type Input, type InputContext, type Listener } from '@tidewatch/plugin';
import { bindError, hostPort } from './bind.ts';
import { createPatience } from './patience.ts';
import { chargeLists, createQuotas } from './quota.ts';
import { certificateOf } from './syslog/certificate.ts';
import { type SyslogConfig, syslogConfig } from './syslog/config.ts';
import { countConnections } from './syslog/connections.ts';
import { createCounts } from './syslog/counts.ts';
import { createReceiver, type Receiver } from './syslog/receiver.ts';
import { createSenders, requirePeers } from './syslog/senders.ts';
import { listenTcp, type Transport } from './syslog/tcp.ts';
import { listenUdp } from './syslog/udp.ts';
import type { Tls } from './tls.ts';

/** What was received before the stop gets this long to be taken. */
const drainMs = 5_000;

/** Takes syslog over UDP, TCP and TLS: RFC 5424 and 3164 messages, framed by line or by count (RFC 6587, 5425). */
export const syslog = definePlugin({
  name: 'syslog',
  kind: 'input',
  summary:
    'Takes syslog over UDP, TCP and TLS. Plain syslog is never acknowledged: a sender cannot know what arrived.',
  config: syslogConfig,
  create: createSyslog,
});

type Protocol = SyslogConfig['protocols'][number];

interface Open {
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly receiver: Receiver;
  readonly tls: Tls | undefined;
}

function createSyslog(config: SyslogConfig, context: InputContext): Input {
  let open: Open[] = [];
  let patienceEnds = new AbortController();
  let failures: readonly Listener[] = [];
  const quotas = config.peer_quota === undefined ? undefined : createQuotas(config.peer_quota);
  const charged = chargeLists(context.accept, (_, { hints }, events) =>
    quotas?.charge(hints.peer ?? '', events),
  );
  const changed = countConnections(context);

  async function listen(protocol: Protocol, port: number): Promise<void> {
    const secured = protocol === 'tls';
    const tls = secured ? await certificateOf('syslog', config, context) : undefined;
    let transport: Transport | undefined;
    const counts = createCounts(context, 'syslog', protocol);
    const senders = createSenders(config, counts, secured);
    const accept = createPatience(charged, context.log, patienceEnds.signal);
    const drained = () => transport?.resume();
    const receiver = createReceiver({ protocol, config, context, counts, accept, drained });
    try {
      transport =
        protocol === 'udp'
          ? await listenUdp({ config, port, senders, quotas }, receiver)
          : await listenTcp(
              { config, port, tls, senders, counts, quotas, changed, failed: receiver.failed },
              receiver,
            );
    } catch (error) {
      tls?.close();
      const failure = bindError(error, { input: 'syslog', protocol, host: config.host, port });
      failures = [
        { address: `${protocol}://${hostPort(config.host, port)}`, state: 'failed', detail: failure.message },
      ];
      throw failure;
    }
    open.push({ protocol, transport, receiver, tls });
  }

  async function stop(): Promise<void> {
    const closing = open;
    open = [];
    await Promise.all(closing.map(({ transport }) => transport.close()));
    for (const { tls } of closing) tls?.close();
    const settled = Promise.all(closing.map(({ receiver }) => receiver.batcher.settled()));
    await Promise.race([settled, sleep(drainMs, undefined, { ref: false })]);
    patienceEnds.abort();
    const lost = (await settled).reduce((sum, count) => sum + count, 0);
    if (lost > 0)
      context.log.error(
        { input: 'syslog', count: lost },
        'Messages were lost: the pipeline did not take them before the stop',
      );
    for (const { receiver } of closing) receiver.counts.flush();
  }

  return {
    async start() {
      for (const protocol of config.protocols) requirePeers('syslog', config, protocol === 'tls');
      patienceEnds = new AbortController();
      failures = [];
      try {
        // TCP before UDP: with port 0 it finds the number that UDP shall have too.
        if (config.protocols.includes('tcp')) await listen('tcp', config.port);
        if (config.protocols.includes('udp')) await listen('udp', open[0]?.transport.port ?? config.port);
        if (config.protocols.includes('tls')) await listen('tls', config.tls_port);
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    listeners: () => [
      ...failures,
      ...open.map(({ protocol, transport, receiver }): Listener => {
        const detail = receiver.counts.detail(transport.detail);
        const address = `${protocol}://${hostPort(config.host, transport.port)}`;
        return { address, state: 'listening', ...(detail === undefined ? {} : { detail }) };
      }),
    ],
  };
}
