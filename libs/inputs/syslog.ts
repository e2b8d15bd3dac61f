import { setTimeout as sleep } from 'node:timers/promises';
import { definePlugin, type Input, type InputContext, type Listener } from '@tidewatch/plugin';
import { bindError, hostPort, isLoopback } from './bind.ts';
import { errors } from './errors.ts';
import { createPatience } from './patience.ts';
import { type SyslogConfig, syslogConfig } from './syslog/config.ts';
import { createReceiver, type Receiver } from './syslog/receiver.ts';
import { listenTcp, type Transport } from './syslog/tcp.ts';
import { listenUdp } from './syslog/udp.ts';

/** What was received before the stop gets this long to be taken. */
const drainMs = 5_000;

/** Takes syslog over UDP and TCP: RFC 5424 and 3164 messages, framed by line or by count (RFC 6587). */
export const syslog = definePlugin({
  name: 'syslog',
  kind: 'input',
  summary:
    'Takes syslog over UDP and TCP. Plain syslog is never acknowledged: a sender cannot know what arrived.',
  config: syslogConfig,
  create: createSyslog,
});

interface Open {
  readonly protocol: 'udp' | 'tcp';
  readonly transport: Transport;
  readonly receiver: Receiver;
}

function createSyslog(config: SyslogConfig, context: InputContext): Input {
  let open: Open[] = [];
  let patienceEnds = new AbortController();
  let failures: readonly Listener[] = [];

  async function listen(protocol: 'udp' | 'tcp', port: number): Promise<Open> {
    let transport: Transport | undefined;
    const accept = createPatience(context.accept, context.log, patienceEnds.signal);
    const receiver = createReceiver(protocol, config, context, accept, () => transport?.resume());
    try {
      transport =
        protocol === 'tcp' ? await listenTcp(config, receiver) : await listenUdp(config, port, receiver);
    } catch (error) {
      const failure = bindError(error, { input: 'syslog', protocol, host: config.host, port });
      failures = [
        { address: `${protocol}://${hostPort(config.host, port)}`, state: 'failed', detail: failure.message },
      ];
      throw failure;
    }
    return { protocol, transport, receiver };
  }

  async function stop(): Promise<void> {
    const closing = open;
    open = [];
    await Promise.all(closing.map(({ transport }) => transport.close()));
    const settled = Promise.all(closing.map(({ receiver }) => receiver.batcher.settled()));
    await Promise.race([settled, sleep(drainMs, undefined, { ref: false })]);
    patienceEnds.abort();
    const lost = (await settled).reduce((sum, count) => sum + count, 0);
    if (lost > 0)
      context.log.error(
        { input: 'syslog', count: lost },
        'Messages were lost: the pipeline did not take them before the stop',
      );
    for (const { receiver } of closing) for (const tally of Object.values(receiver.tallies)) tally.flush();
  }

  return {
    async start() {
      if (config.allow_from.length === 0 && !isLoopback(config.host))
        throw errors.NEEDS_PEERS({ host: config.host });
      patienceEnds = new AbortController();
      failures = [];
      try {
        // TCP first: with port 0 it finds the number that UDP shall have too.
        if (config.protocols.includes('tcp')) open.push(await listen('tcp', config.port));
        if (config.protocols.includes('udp'))
          open.push(await listen('udp', open[0]?.transport.port ?? config.port));
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    listeners: () => [
      ...failures,
      ...open.map(({ protocol, transport, receiver }): Listener => {
        const detail = receiver.detail();
        const address = `${protocol}://${hostPort(config.host, transport.port)}`;
        return { address, state: 'listening', ...(detail === undefined ? {} : { detail }) };
      }),
    ],
  };
}
