import type { Server } from 'node:http';
import type { InputContext } from '@tidewatch/plugin';
import { plainAddress } from '../bind.ts';
import { createRangeCheck } from '../ranges.ts';
import { createTally } from '../tally.ts';
import type { HttpConfig } from './config.ts';

/**
 * Counts the server's connections and what goes wrong with them, and lets no address but a trusted proxy's have more
 * than half of them, so that others get in beside one that opens all it can.
 *
 * @param refused counts what was turned away
 */
export function watchConnections(
  server: Server,
  config: HttpConfig,
  { name, log, metrics }: InputContext,
  refused: (reason: string) => void,
): void {
  server.maxConnections = config.max_connections;
  const tooMany = createTally(log, 'Connections over max_connections were closed', { input: name });
  const handshakes = createTally(log, 'TLS handshakes failed', { input: name });
  const isProxy = createRangeCheck(config.trusted_proxies);
  /** Open connections by address. */
  const open = new Map<string, number>();
  let all = 0;
  const changed = (peer: string, by: 1 | -1): number => {
    all += by;
    metrics.set('input_connections', { input: name }, all);
    const ofPeer = (open.get(peer) ?? 0) + by;
    if (ofPeer === 0) open.delete(peer);
    else open.set(peer, ofPeer);
    return ofPeer;
  };
  const turnedAway = (): void => {
    tooMany.add();
    refused('too_many_connections');
  };
  server.on('connection', (socket) => {
    const peer = plainAddress(socket.remoteAddress ?? '');
    socket.once('close', () => changed(peer, -1));
    if (changed(peer, 1) <= Math.ceil(config.max_connections / 2) || isProxy(peer)) return;
    turnedAway();
    socket.destroy();
  });
  server.on('drop', turnedAway);
  server.on('clientError', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refused('too_slow');
    else if (error.code?.startsWith('HPE_')) refused('bad_request');
  });
  server.on('tlsClientError', () => {
    handshakes.add();
    refused('tls_handshake');
  });
  // E.g. no file descriptors left: one connection less, not one process less.
  server.on('error', (error) => log.error({ err: error, input: name }, 'A connection failed'));
}
