import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SyslogConfig } from './config.ts';
import { frameOf } from './framing.ts';
import type { Receiver } from './receiver.ts';
import type { Transport } from './tcp.ts';

/** Asked of the system, which may give less: bursts wait here while the process is busy. */
const receiveBufferBytes = 4 * 1024 * 1024;

/**
 * Listens for syslog over UDP, one message a datagram (RFC 5426). Nobody can be made to wait: while the receiver's
 * queue is full, datagrams are dropped and counted. What the system drops before is not seen here.
 * Rejects with the system's error when the port can't be bound.
 */
export async function listenUdp(config: SyslogConfig, port: number, receiver: Receiver): Promise<Transport> {
  const socket = createSocket({
    type: isIPv6(config.host) ? 'udp6' : 'udp4',
    recvBufferSize: receiveBufferBytes,
  });
  socket.on('message', (bytes, { address }) => {
    const hints = receiver.peer(address);
    if (hints === undefined) return;
    if (receiver.batcher.full) return receiver.tallies.dropped.add();
    const frame = frameOf(bytes, config.max_line_bytes);
    if (frame !== undefined) receiver.take([frame], hints);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: config.host, port }, resolve);
  });
  socket.on('error', receiver.failed);

  return {
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
    resume: () => undefined,
  };
}
