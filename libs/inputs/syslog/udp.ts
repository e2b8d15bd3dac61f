import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Quotas } from '../quota.ts';
import type { SyslogConfig } from './config.ts';
import { frameOf } from './framing.ts';
import type { Receiver } from './receiver.ts';
import type { Senders } from './senders.ts';
import type { Transport } from './tcp.ts';
import { systemDrops } from './udp_drops.ts';

/** Asked of the system, which may give less: bursts wait here while the process is busy. */
const receiveBufferBytes = 4 * 1024 * 1024;
/** How often the system is asked what it dropped. */
const dropsMs = 5_000;

export interface UdpOptions {
  readonly config: SyslogConfig;
  readonly port: number;
  readonly senders: Senders;
  readonly quotas: Quotas | undefined;
}

/**
 * Listens for syslog over UDP, one message a datagram (RFC 5426). Nobody can be made to wait: while the receiver's
 * queue is full or a sender is over its quota, datagrams are dropped and counted, and so are those that the system
 * dropped before, where it tells.
 * Rejects with the system's error when the port can't be bound.
 */
export async function listenUdp(options: UdpOptions, receiver: Receiver): Promise<Transport> {
  const { config, senders, quotas } = options;
  const { counts } = receiver;
  const socket = createSocket({
    type: isIPv6(config.host) ? 'udp6' : 'udp4',
    recvBufferSize: receiveBufferBytes,
  });
  socket.on('message', (bytes, { address }) => {
    if (!senders.admits(address)) return;
    if (receiver.batcher.full) return counts.add('busy');
    const frame = frameOf(bytes, config.max_line_bytes);
    if (frame === undefined) return;
    const hints = senders.hintsOf(address);
    if (hints === undefined) return;
    if (quotas !== undefined && quotas.take(hints.peer ?? '', 1, bytes.length) > 0)
      return counts.add('quota');
    receiver.take([frame], hints);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: config.host, port: options.port }, resolve);
  });
  socket.on('error', receiver.failed);

  const { address, port } = socket.address();
  let known = await systemDrops(address, port);
  const lookForDrops = async () => {
    const drops = await systemDrops(address, port);
    if (drops === undefined || known === undefined || drops <= known) return;
    counts.add('system', drops - known);
    known = drops;
  };
  const timer = setInterval(lookForDrops, dropsMs).unref();

  return {
    port,
    detail: known === undefined ? 'what the system drops before Tidewatch is unknown' : undefined,
    async close() {
      clearInterval(timer);
      await lookForDrops();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
    resume: () => undefined,
  };
}
