import { BlockList, isIPv6 } from 'node:net';
import { isLoopback } from '../bind.ts';

/**
 * Makes the check of a sender's address (plain, as `plainAddress` gives it).
 *
 * @param ranges addresses and ranges; none lets only this machine send
 */
export function createPeerCheck(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return isLoopback;
  const allowed = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    allowed.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => allowed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
