import { parseNetwork } from '../cidr.ts';
import { type Token, wild } from '../pattern.ts';

/**
 * The addresses of an IPv4 network (RFC 4632) as patterns of text, at most 128: `10.*`, or `172.16.*` to `172.31.*`.
 * Null where it is an IPv6 network.
 */
export function networkTexts(network: string): readonly (readonly Token[])[] | null {
  const [base = '', suffix = '32'] = network.split('/');
  if (base.includes(':') || parseNetwork(network) === null) return null;
  const length = Number(suffix);
  if (length === 0) return [[wild.many, '.', wild.many]];
  const octets = base.split('.').map(Number);
  const given = Math.ceil(length / 8);
  const count = 2 ** (given * 8 - length);
  const last = octets[given - 1] as number;
  const first = last - (last % count);
  return Array.from({ length: count }, (_, i) => {
    const prefix = [...octets.slice(0, given - 1), first + i].join('.');
    return given === 4 ? [prefix] : [`${prefix}.`, wild.many];
  });
}
