import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { SyslogConfig } from './config.ts';
import { createDeframer } from './framing.ts';
import type { Receiver } from './receiver.ts';

/** A bound socket of one transport. */
export interface Transport {
  readonly port: number;
  /** Takes nothing more; resolves when the socket is closed. */
  close(): Promise<void>;
  /** The pipeline takes records again. */
  resume(): void;
}

/**
 * Listens for syslog over TCP. A sender is made to wait (its socket is not read) while the receiver's queue is full.
 * Rejects with the system's error when the port can't be bound.
 */
export async function listenTcp(config: SyslogConfig, receiver: Receiver): Promise<Transport> {
  const sockets = new Set<Socket>();
  const paused = new Set<Socket>();
  const server = createServer({ keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    const hints = receiver.peer(socket.remoteAddress ?? '');
    if (hints === undefined) return void socket.destroy();
    const deframer = createDeframer(config.max_line_bytes);
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => {
      receiver.take(deframer.push(chunk), hints);
      if (!receiver.batcher.full) return;
      socket.pause();
      paused.add(socket);
    });
    // A reset tells no more than the close that follows it.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      paused.delete(socket);
      receiver.take(deframer.end(), hints);
    });
  });
  server.maxConnections = config.max_connections;
  server.on('drop', () => receiver.tallies.connections.add());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: config.host, port: config.port }, resolve);
  });
  server.on('error', receiver.failed);

  return {
    port: (server.address() as AddressInfo).port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
    resume() {
      for (const socket of paused) socket.resume();
      paused.clear();
    },
  };
}
