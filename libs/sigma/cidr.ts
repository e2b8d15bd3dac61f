/** An address as a number and its width in bits (32 or 128). */
interface Address {
  readonly number: bigint;
  readonly bits: 32 | 128;
  /** Whether it was written as IPv6 and holds an IPv4 address. */
  readonly mapped: boolean;
}

/** Tells whether an address, as text, lies in a network. */
export type Network = (address: string) => boolean;

/**
 * Reads an IPv4 or IPv6 network in CIDR notation (RFC 4632, RFC 4291); without a prefix length it is one address.
 * An IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`) counts as the IPv4 address. Null where it is no network.
 */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const base = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (base === null) return null;
  const suffix = slash < 0 ? String(base.bits) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(suffix)) return null;
  const length = Number(suffix) - (base.mapped && slash >= 0 ? 96 : 0);
  if (length < 0 || length > base.bits) return null;
  const shift = BigInt(base.bits - length);
  const prefix = base.number >> shift;
  return (candidate) => {
    const address = parseAddress(candidate);
    return address !== null && address.bits === base.bits && address.number >> shift === prefix;
  };
}

function parseAddress(text: string): Address | null {
  const trimmed = text.trim();
  if (!trimmed.includes(':')) {
    const v4 = parseV4(trimmed);
    return v4 === null ? null : { number: v4, bits: 32, mapped: false };
  }
  const v6 = parseV6(trimmed.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, ''));
  if (v6 === null) return null;
  const mapped = v6 >> 32n === 0xffffn;
  return mapped ? { number: v6 & 0xffffffffn, bits: 32, mapped } : { number: v6, bits: 128, mapped };
}

function parseV4(text: string): bigint | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let number = 0n;
  for (const part of match.slice(1)) {
    if (Number(part) > 255) return null;
    number = (number << 8n) | BigInt(part);
  }
  return number;
}

function parseV6(text: string): bigint | null {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const v4 = parseV4(dotted[2] as string);
    if (v4 === null) return null;
    return parseV6(`${dotted[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return groups.reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n);
}
