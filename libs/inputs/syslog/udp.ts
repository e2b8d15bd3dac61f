import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SyslogConfig } from './config.ts';
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
    receiver.take(wholeMessage(bytes), hints);
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

  function wholeMessage(bytes: Buffer) {
    let end = bytes.length;
    while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13 || bytes[end - 1] === 0)) end--;
    if (end === 0) return [];
    const { max_line_bytes: limit } = config;
    return [
      end > limit
        ? { bytes: bytes.subarray(0, limit), truncatedFrom: end }
        : { bytes: bytes.subarray(0, end) },
    ];
  }
}
