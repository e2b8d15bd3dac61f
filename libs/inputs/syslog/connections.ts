import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { InputContext, RecordHints } from '@tidewatch/plugin';
import type { Quotas } from '../quota.ts';
import type { Tls } from '../tls.ts';
import type { SenderConfig } from './config.ts';
import type { Counts } from './counts.ts';
import type { Senders } from './senders.ts';

/** Why a connection is not read at the moment. */
export type Hold = 'pipeline' | 'quota' | 'window' | 'answers' | 'stopping';

/** A sender's connection. It is read while nothing holds it; otherwise TCP makes the sender wait. */
export interface Connection {
  readonly hints: RecordHints;
  write(text: string): void;
  hold(why: Hold): void;
  release(why: Hold): void;
  /** Sends what was written and closes; what still comes is not read. */
  end(): void;
}

/** What becomes of a connection's bytes. */
export interface Reader {
  /** Takes bytes; answers how many messages ended in them. */
  data(chunk: Buffer): number;
  /** The connection is over, from whatever side. */
  closed(): void;
}

/** A port that takes connections. */
export interface Listening {
  readonly port: number;
  /** Takes no more connections, and reads from none. */
  quiet(): void;
  /** Releases all connections from one kind of hold. */
  release(why: Hold): void;
  /** Closes everything; resolves when it is. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly config: SenderConfig;
  readonly port: number;
  readonly tls: Tls | undefined;
  readonly senders: Senders;
  readonly counts: Counts;
  /** By the sender's address. */
  readonly quotas: Quotas | undefined;
  /** A connection opened (1) or closed (-1). */
  readonly changed: (by: 1 | -1) => void;
  /** A socket failed after it was bound, e.g. for want of file descriptors: the rest goes on. */
  readonly failed: (error: Error) => void;
}

/** A sender that has not finished its handshake by then holds memory for nothing. */
const handshakeMs = 10_000;
/** What was written last gets this long to reach the sender. */
const lingerMs = 1_000;

/**
 * Listens for connections over TCP, or TLS where `tls` is given, and gives each a reader.
 * Rejects with the system's error when the port can't be bound.
 */
export async function listenConnections(
  options: ListenOptions,
  begin: (connection: Connection) => Reader,
): Promise<Listening> {
  const { config, tls, senders, counts } = options;
  const sockets = new Set<Socket>();
  const connections = new Set<Connection>();
  let quiet = false;

  const secure =
    tls === undefined
      ? undefined
      : createTlsServer({ ...tls.options, handshakeTimeout: handshakeMs }, (socket) => open(socket, socket));
  secure?.on('tlsClientError', () => counts.add('handshakes'));
  if (secure !== undefined) tls?.follow(secure);

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    // A reset tells no more than the close that follows it.
    socket.on('error', () => undefined);
    if (!senders.admits(socket.remoteAddress)) return void socket.destroy();
    track(socket);
    if (secure === undefined) open(socket);
    else secure.emit('connection', socket);
  });
  server.maxConnections = config.max_connections;
  server.on('drop', () => counts.add('connections'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: config.host, port: options.port }, resolve);
  });
  server.on('error', options.failed);

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  }

  function open(socket: Socket, secured?: TLSSocket): void {
    if (secured !== undefined) {
      track(secured);
      secured.on('error', () => undefined);
    }
    const hints = senders.hintsOf(socket.remoteAddress, secured);
    if (hints === undefined) return void socket.destroy();
    const connection = connect(socket, hints, options, begin);
    connections.add(connection);
    options.changed(1);
    socket.on('close', () => {
      connections.delete(connection);
      options.changed(-1);
    });
    if (quiet) connection.hold('stopping');
  }

  return {
    port: (server.address() as AddressInfo).port,
    quiet() {
      quiet = true;
      server.close();
      for (const connection of connections) connection.hold('stopping');
    },
    release(why) {
      for (const connection of connections) connection.release(why);
    },
    async close() {
      server.close();
      const closing = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closing);
    },
  };
}

function connect(
  socket: Socket,
  hints: RecordHints,
  { config, counts, quotas }: ListenOptions,
  begin: (connection: Connection) => Reader,
): Connection {
  const holds = new Set<Hold>();
  const peer = hints.peer ?? '';
  let ended = false;
  /** Bytes that came while the sender is over its quota. */
  let waiting: { readonly chunk: Buffer; readonly timer: NodeJS.Timeout } | undefined;

  const connection: Connection = {
    hints,
    write(text) {
      if (socket.write(text) || holds.has('answers')) return;
      // A sender that takes no answers gets no more of them to leave lying.
      connection.hold('answers');
      socket.once('drain', () => connection.release('answers'));
    },
    hold(why) {
      if (ended) return;
      holds.add(why);
      socket.pause();
    },
    release(why) {
      if (holds.delete(why) && holds.size === 0) socket.resume();
    },
    end() {
      if (ended) return;
      ended = true;
      clearTimeout(waiting?.timer);
      waiting = undefined;
      socket.end();
      // Unread bytes would turn the close into a reset.
      holds.clear();
      socket.resume();
      const timer = setTimeout(() => socket.destroy(), lingerMs);
      socket.once('close', () => clearTimeout(timer));
    },
  };
  const reader = begin(connection);

  function take(chunk: Buffer): void {
    if (ended) return;
    const seconds = quotas?.take(peer, 0, 0) ?? 0;
    if (seconds > 0) {
      connection.hold('quota');
      const again = () => {
        waiting = undefined;
        connection.release('quota');
        take(chunk);
      };
      waiting = { chunk, timer: setTimeout(again, seconds * 1_000) };
      return;
    }
    const messages = reader.data(chunk);
    quotas?.take(peer, messages, chunk.length);
  }

  socket.on('data', take);
  socket.on('close', () => {
    if (waiting !== undefined) {
      clearTimeout(waiting.timer);
      reader.data(waiting.chunk);
    }
    reader.closed();
  });
  const { idle_timeout_ms: idleMs = 0 } = config;
  socket.setTimeout(idleMs);
  socket.on('timeout', () => {
    if (holds.size > 0) return void socket.setTimeout(idleMs);
    counts.add('idle');
    socket.destroy();
  });
  return connection;
}

/** What `changed` calls, for the number of open connections of an input over all its transports. */
export function countConnections({ metrics, name: input }: InputContext): (by: 1 | -1) => void {
  let open = 0;
  return (by) => {
    open += by;
    metrics.set('input_connections', { input }, open);
  };
}
