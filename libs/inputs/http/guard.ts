import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback, plainAddress } from '../bind.ts';
import { errors } from '../errors.ts';
import { nameMatches } from '../names.ts';
import type { HttpConfig } from './config.ts';

/** Who sends: the key they came with, or nobody in particular where no keys are configured. */
export interface Sender {
  readonly key?: string;
  readonly maySend: (source: string) => boolean;
}

/**
 * Makes the door: it lets no web page in (Origin header, or a Host that a hostile name was rebound to), and where
 * keys are configured only who has one. Throws typed errors.
 */
export function createGuard(config: HttpConfig): (request: IncomingMessage) => Sender {
  const names = new Set([...config.hosts, config.host].map((name) => name.toLowerCase()));
  return (request) => {
    const { headers } = request;
    if (headers.origin !== undefined) throw errors.ORIGIN_REFUSED();
    const host = hostName(headers.host ?? '');
    if (!isLoopback(host) && !names.has(host) && host !== plainAddress(request.socket.localAddress ?? ''))
      throw errors.HOST_REFUSED({ host: headers.host ?? '' });
    return authenticate(config.api_keys, headers.authorization);
  };
}

/** The Host header without its port and brackets. */
const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');

function authenticate(keys: HttpConfig['api_keys'], authorization: string | undefined): Sender {
  if (keys.length === 0) return { maySend: () => true };
  for (const { name, secret } of credentials(authorization ?? '')) {
    const digest = createHash('sha256').update(secret).digest();
    for (const key of keys) {
      if (name !== undefined && name !== key.name) continue;
      if (!timingSafeEqual(digest, Buffer.from(key.sha256, 'hex'))) continue;
      const { sources } = key;
      return {
        key: key.name,
        maySend: (source) => sources === undefined || sources.some((pattern) => nameMatches(pattern, source)),
      };
    }
  }
  throw errors.UNAUTHENTICATED();
}

/** What an Authorization header may mean: shippers send `ApiKey base64(name:key)`, people also the bare key. */
function credentials(authorization: string): readonly { readonly name?: string; readonly secret: string }[] {
  const [scheme = '', value = ''] = authorization.split(/ +/, 2);
  const decoded = Buffer.from(value, 'base64').toString();
  const colon = decoded.indexOf(':');
  const pair = colon === -1 ? [] : [{ name: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }];
  if (/^basic$/i.test(scheme)) return pair;
  return /^apikey$/i.test(scheme) ? [{ secret: value }, ...pair] : [];
}
