import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { InputContext } from '@tidewatch/plugin';
import { hostOf, isLoopback, plainAddress } from '../bind.ts';
import { errors } from '../errors.ts';
import { nameMatches } from '../names.ts';
import { createQuotas, type Quotas } from '../quota.ts';
import type { HttpConfig } from './config.ts';
import { createPeerFinder } from './peer.ts';

/** Who sends: the key or client certificate they came with, or nobody in particular where neither is asked for. */
export interface Sender {
  /** Name of the key, or subject of the certificate (`O=…, CN=…`), which can be the name of no key. */
  readonly key?: string;
  /** Subject of the certificate, where that is what was believed. */
  readonly subject?: string;
  readonly quotas?: Quotas;
  readonly maySend: (source: string) => boolean;
}

/** What the door found out about a request. */
export interface Visit {
  readonly sender: Sender;
  /** The address it came from, behind trusted proxies. */
  readonly peer: string;
}

/**
 * Makes the door: it lets no web page in (Origin header, or a Host that a hostile name was rebound to), and where
 * keys are configured only who has one, or a client certificate. Throws typed errors.
 */
export function createGuard(
  config: HttpConfig,
  context: Pick<InputContext, 'log' | 'senderOf'>,
): (request: IncomingMessage) => Visit {
  const names = new Set([...config.hosts, config.host].map((name) => name.toLowerCase()));
  const peerOf = createPeerFinder(config.trusted_proxies);
  const authenticate = createAuthentication(config, context);
  return (request) => {
    const { headers, socket } = request;
    if (headers.origin !== undefined) throw errors.ORIGIN_REFUSED();
    const host = hostOf((headers.host ?? '').toLowerCase());
    if (!isLoopback(host) && !names.has(host) && host !== plainAddress(socket.localAddress ?? ''))
      throw errors.HOST_REFUSED({ host: headers.host ?? '' });
    const peer = peerOf(plainAddress(socket.remoteAddress ?? ''), headers['x-forwarded-for']);
    return { sender: authenticate(request, peer), peer };
  };
}

/** An address may send twenty wrong keys at once, and then one in ten seconds. */
const guessing = { events_per_second: 0.1, burst_seconds: 200 };
/** Senders remembered for their right keys; far more than there are. */
const mostKnown = 10_000;

function createAuthentication(
  config: HttpConfig,
  { log, senderOf }: Pick<InputContext, 'log' | 'senderOf'>,
): (request: IncomingMessage, peer: string) => Sender {
  const anybody: Sender = { maySend: () => true };
  const asksCertificate = config.tls?.client_ca !== undefined;
  const keys = config.api_keys.map(({ name, sha256, sources, quota }) => ({
    digest: Buffer.from(sha256, 'hex'),
    sender: {
      key: name,
      maySend: maySendTo(sources),
      ...(quota === undefined ? {} : { quotas: createQuotas(quota) }),
    } satisfies Sender,
  }));
  const guesses = createQuotas(guessing);
  /** Addresses and keys that were right: a neighbour who guesses can't keep them out. */
  let known = new Set<string>();

  /** Asked each time: a key that was taken back lets nobody in any more. */
  function serverKeyOf(secret: string): Sender | undefined {
    const found = config.server_keys ? senderOf?.(secret) : undefined;
    return found && { key: found.id, maySend: maySendTo(found.sources) };
  }

  function keyOf(authorization: string): Sender | undefined {
    for (const { name, secret } of credentials(authorization)) {
      const digest = createHash('sha256').update(secret).digest();
      const found = keys.find(
        (key) => (name === undefined || name === key.sender.key) && timingSafeEqual(digest, key.digest),
      );
      if (found !== undefined) return found.sender;
      const sender = serverKeyOf(secret);
      if (sender !== undefined) return sender;
    }
    return undefined;
  }

  return ({ headers: { authorization }, socket }, peer) => {
    // A handshake without a certificate of the authority has failed before; a key that is sent must still be right.
    const subject = asksCertificate ? subjectOf(socket as TLSSocket) : undefined;
    if (subject !== undefined && authorization === undefined) return { ...anybody, key: subject, subject };
    if (keys.length === 0 && !config.server_keys) return anybody;
    if (authorization === undefined) throw errors.UNAUTHENTICATED();
    const sender = keyOf(authorization);
    const name = `${peer} ${sender?.key}`;
    if (sender !== undefined && known.has(name)) return sender;
    const wait = guesses.take(peer, sender === undefined ? 1 : 0, 0);
    if (wait > 0) throw errors.TOO_MANY_GUESSES({ peer, retryAfter: Math.ceil(wait) });
    if (sender === undefined) {
      if (guesses.take(peer, 0, 0) > 0)
        log.warn({ input: 'http', peer }, 'Too many wrong API keys came from one address');
      throw errors.UNAUTHENTICATED();
    }
    if (known.size >= mostKnown) known = new Set();
    known.add(name);
    return sender;
  };
}

const maySendTo =
  (sources: readonly string[] | undefined) =>
  (source: string): boolean =>
    sources === undefined || sources.some((pattern) => nameMatches(pattern, source));

const subjectOf = (socket: TLSSocket): string | undefined =>
  socket.getPeerX509Certificate()?.subject.replaceAll('\n', ', ');

/** What an Authorization header may mean: shippers send `ApiKey base64(name:key)`, people also the bare key, or it as bearer token. */
function credentials(authorization: string): readonly { readonly name?: string; readonly secret: string }[] {
  const [scheme = '', value = ''] = authorization.split(/ +/, 2);
  const decoded = Buffer.from(value, 'base64').toString();
  const colon = decoded.indexOf(':');
  const pair = colon === -1 ? [] : [{ name: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }];
  if (/^basic$/i.test(scheme)) return pair;
  return /^(?:apikey|bearer)$/i.test(scheme) ? [{ secret: value }, ...pair] : [];
}
