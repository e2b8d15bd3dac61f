import { isIPv6 } from 'node:net';

const perMinute = { address: 10, user: 30 } as const;
/** Addresses and names remembered; beyond it the one seen longest ago is forgotten. */
const remembered = 10_000;

/**
 * Whether one more attempt to log in may be made.
 *
 * A token bucket for each address, or site where it is IPv6 (10 attempts at once, and one more each 6 seconds), and for
 * each name that is tried (three times that, so that whoever guesses from many addresses is slowed). Browsers that somebody
 * logged in with before have buckets of their own in its place: who guesses elsewhere does not keep them out.
 *
 * @param who the name where one is tried, and the token of a browser that is known to it
 */
export type LoginRate = (
  address: string,
  who?: { readonly user: string; readonly device?: string | undefined },
) => boolean;

export function createLoginRate(clock: () => number): LoginRate {
  const ofAddress = createBuckets(clock, perMinute.address);
  const ofUser = createBuckets(clock, perMinute.user);
  const ofDevice = createBuckets(clock, perMinute.address);
  return (address, who) => {
    if (who?.device !== undefined) return ofDevice(who.device);
    return ofAddress(networkOf(address)) && (who === undefined || ofUser(who.user));
  };
}

function createBuckets(clock: () => number, most: number): (key: string) => boolean {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  return (key) => {
    const now = clock();
    const { left, at } = buckets.get(key) ?? { left: most, at: now };
    const filled = Math.min(most, left + ((now - at) / 60_000) * most);
    const allowed = filled >= 1;
    buckets.delete(key);
    buckets.set(key, { left: allowed ? filled - 1 : filled, at: now });
    const oldest = buckets.keys().next().value;
    if (buckets.size > remembered && oldest !== undefined) buckets.delete(oldest);
    return allowed;
  };
}

/** The /64 of an IPv6 address: whoever has one has 2^64 addresses. IPv4 stays, also as it is written in IPv6. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [before = '', after] = address.split('::');
  const left = before.split(':').filter((group) => group !== '');
  const right = after?.split(':').filter((group) => group !== '') ?? [];
  const missing = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...missing, ...right].slice(0, 4).join(':');
}
