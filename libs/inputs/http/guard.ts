import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isLoopback, plainAddress } from '../bind.ts';
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
export function createGuard(config: HttpConfig): (request: IncomingMessage) => Visit {
  const names = new Set([...config.hosts, config.host].map((name) => name.toLowerCase()));
  const peerOf = createPeerFinder(config.trusted_proxies);
  const authenticate = createAuthentication(config);
  return (request) => {
    const { headers, socket } = request;
    if (headers.origin !== undefined) throw errors.ORIGIN_REFUSED();
    const host = hostName(headers.host ?? '');
    if (!isLoopback(host) && !names.has(host) && host !== plainAddress(socket.localAddress ?? ''))
      throw errors.HOST_REFUSED({ host: headers.host ?? '' });
    return {
      sender: authenticate(request),
      peer: peerOf(plainAddress(socket.remoteAddress ?? ''), headers['x-forwarded-for']),
    };
  };
}

/** The Host header without its port and brackets. */
const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');

function createAuthentication(config: HttpConfig): (request: IncomingMessage) => Sender {
  const anybody: Sender = { maySend: () => true };
  const asksCertificate = config.tls?.client_ca !== undefined;
  const keys = config.api_keys.map(({ name, sha256, sources, quota }) => ({
    digest: Buffer.from(sha256, 'hex'),
    sender: {
      key: name,
      maySend: (source: string) =>
        sources === undefined || sources.some((pattern) => nameMatches(pattern, source)),
      ...(quota === undefined ? {} : { quotas: createQuotas(quota) }),
    } satisfies Sender,
  }));
  return ({ headers: { authorization }, socket }) => {
    // A handshake without a certificate of the authority has failed before; a key that is sent must still be right.
    const subject = asksCertificate ? subjectOf(socket as TLSSocket) : undefined;
    if (subject !== undefined && authorization === undefined) return { ...anybody, key: subject, subject };
    if (keys.length === 0) return anybody;
    for (const { name, secret } of credentials(authorization ?? '')) {
      const digest = createHash('sha256').update(secret).digest();
      const found = keys.find(
        (key) => (name === undefined || name === key.sender.key) && timingSafeEqual(digest, key.digest),
      );
      if (found !== undefined) return found.sender;
    }
    throw errors.UNAUTHENTICATED();
  };
}

const subjectOf = (socket: TLSSocket): string | undefined =>
  socket.getPeerX509Certificate()?.subject.replaceAll('\n', ', ');

/** What an Authorization header may mean: shippers send `ApiKey base64(name:key)`, people also the bare key. */
function credentials(authorization: string): readonly { readonly name?: string; readonly secret: string }[] {
  const [scheme = '', value = ''] = authorization.split(/ +/, 2);
  const decoded = Buffer.from(value, 'base64').toString();
  const colon = decoded.indexOf(':');
  const pair = colon === -1 ? [] : [{ name: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }];
  if (/^basic$/i.test(scheme)) return pair;
  return /^apikey$/i.test(scheme) ? [{ secret: value }, ...pair] : [];
}
