import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';

const numericOrLocal = /^(localhost|[\w-]+\.localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/**
 * Answers only for names that are ours: a page of another site that makes its name point at this machine (DNS
 * rebinding) still sends its own name. An address instead of a name can't be rebound: probes and scrapes use it.
 *
 * @throws HOST_UNKNOWN
 */
export function hostChecker(hosts: readonly string[]): (request: FastifyRequest) => void {
  const own = new Set(hosts.map((host) => host.toLowerCase()));
  return ({ host }) => {
    if (!numericOrLocal.test(host) && !own.has(host.toLowerCase()))
      throw errors.HOST_UNKNOWN({ host: host.slice(0, 100) });
  };
}

/**
 * Browsers name the page's origin with every change; one that is not ours is refused. Other programs send neither
 * header, and hold no cookie that a page could borrow.
 *
 * @throws ORIGIN_FOREIGN
 */
export function checkOrigin({ headers, host }: FastifyRequest): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw errors.ORIGIN_FOREIGN();
  if (origin === undefined) return;
  if (URL.parse(origin)?.host !== host.toLowerCase()) throw errors.ORIGIN_FOREIGN();
}
