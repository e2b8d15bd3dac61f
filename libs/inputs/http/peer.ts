import { isIP } from 'node:net';
import { plainAddress } from '../bind.ts';
import { createRangeCheck } from '../ranges.ts';

/**
 * Makes the search for a sender's address behind trusted proxies: each has added the address it heard from to the end
 * of `X-Forwarded-For`, so the last one that is no trusted proxy is the first whose word is not believed. What stands
 * before it anybody may have written.
 */
export function createPeerFinder(
  trustedProxies: readonly string[],
): (peer: string, forwardedFor: string | string[] | undefined) => string {
  const isTrusted = createRangeCheck(trustedProxies);
  return (peer, forwardedFor) => {
    if (forwardedFor === undefined) return peer;
    const hops = String(forwardedFor).split(',');
    let found = peer;
    while (isTrusted(found)) {
      const hop = plainAddress(withoutPort(hops.pop()?.trim() ?? ''));
      if (isIP(hop) === 0) return found;
      found = hop;
    }
    return found;
  };
}

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
const withoutPort = (hop: string): string =>
  hop.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
