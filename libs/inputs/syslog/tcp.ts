import type { SyslogConfig } from './config.ts';
import { type ListenOptions, listenConnections } from './connections.ts';
import { createDeframer } from './framing.ts';
import type { Receiver } from './receiver.ts';

/** A bound socket of one transport. */
export interface Transport {
  readonly port: number;
  /** What is to be said of it, beside what is counted. */
  readonly detail: string | undefined;
  /** Takes nothing more; resolves when the socket is closed. */
  close(): Promise<void>;
  /** The pipeline takes records again. */
  resume(): void;
}

/**
 * Listens for syslog over TCP (RFC 6587) or TLS (RFC 5425). Senders are made to wait while the receiver's queue is
 * full. Rejects with the system's error when the port can't be bound.
 */
export async function listenTcp(
  options: ListenOptions & { readonly config: SyslogConfig },
  receiver: Receiver,
): Promise<Transport> {
  const listening = await listenConnections(options, (connection) => {
    const { max_line_bytes, format } = options.config;
    const deframer = createDeframer(max_line_bytes, format === 'auto');
    return {
      data(chunk) {
        const frames = deframer.push(chunk);
        receiver.take(frames, connection.hints);
        if (receiver.batcher.full) connection.hold('pipeline');
        return frames.length;
      },
      closed: () => receiver.take(deframer.end(), connection.hints),
    };
  });
  return {
    port: listening.port,
    get detail() {
      return options.tls?.detail;
    },
    close: listening.close,
    resume: () => listening.release('pipeline'),
  };
}
