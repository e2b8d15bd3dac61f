/** An address as numbers of 32 bits without sign: one for IPv4, four for IPv6, the first in front. */
export type Address = readonly number[];

/**
 * Reads an address as events have it: IPv4 in dotted form, IPv6 in any form without zone; IPv4 in IPv6 is IPv4.
 * Undefined where it is none.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  if (!text.includes(':')) {
    const word = parseV4(text);
    return word === undefined ? undefined : [word];
  }
  const words = parseV6(text);
  return words !== undefined && words[0] === 0 && words[1] === 0 && words[2] === 0xffff
    ? words.slice(3)
    : words;
}

/** Undefined where it is no address; octets have no leading zeros. */
function parseV4(text: string): number | undefined {
  let word = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const digit = i === text.length ? dot : text.charCodeAt(i);
    if (digit === dot) {
      if (octet < 0 || ++octets > 4) return undefined;
      word = word * 256 + octet;
      octet = -1;
    } else {
      if (digit < 48 || digit > 57 || octet === 0) return undefined;
      octet = (octet < 0 ? 0 : octet * 10) + digit - 48;
      if (octet > 255) return undefined;
    }
  }
  return octets === 4 ? word : undefined;
}

const dot = 46;

function parseV6(text: string): Address | undefined {
  const groups: number[] = [];
  /** Groups before `::`; -1 where there is none. */
  let gap = text.startsWith('::') ? 0 : -1;
  let at = gap === 0 ? 2 : 0;
  while (at < text.length) {
    const start = at;
    let group = 0;
    for (let digit = hexAt(text, at); digit >= 0; digit = hexAt(text, ++at)) group = group * 16 + digit;
    if (at === start || at - start > 4 || groups.length === 8) return undefined;
    if (text.charCodeAt(at) === dot) {
      const word = parseV4(text.slice(start));
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
      break;
    }
    groups.push(group);
    if (at === text.length) break;
    if (text.charCodeAt(at) !== colon || ++at === text.length) return undefined;
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at++;
    }
  }
  const missing = 8 - groups.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  const words = [0, 0, 0, 0];
  for (let i = 0; i < groups.length; i++) {
    const place = gap < 0 || i < gap ? i : i + missing;
    words[place >> 1] =
      (words[place >> 1] as number) + (groups[i] as number) * (place % 2 === 0 ? 0x10000 : 1);
  }
  return words;
}

const colon = 58;

/** The value of a hexadecimal digit; -1 where there is none. */
function hexAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return code - 48;
  const small = code | 32;
  return small >= 97 && small <= 102 ? small - 87 : -1;
}

/** A network: an address whose bits beyond the prefix are 0. */
export interface Network {
  readonly address: Address;
  /** Length of the prefix in bits; 32 or 128 is one address. */
  readonly prefix: number;
}

/** Reads an address, or a network in CIDR form. Undefined where it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = 32 * address.length;
  if (slash < 0) return { address, prefix: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return undefined;
  // IPv4 in IPv6 is written with the prefix of IPv6.
  const prefix = Number(length) - (bits === 32 && text.includes(':') ? 96 : 0);
  return prefix < 0 || prefix > bits ? undefined : { address: masked(address, prefix), prefix };
}

/** The address with its bits beyond the prefix set to 0. */
export const masked = (address: Address, prefix: number): Address =>
  address.map((_, i) => maskedWord(address, i, prefix));

/** One number of {@link masked}. */
export function maskedWord(address: Address, i: number, prefix: number): number {
  const bits = prefix - 32 * i;
  const word = address[i] as number;
  return bits >= 32 ? word : bits <= 0 ? 0 : ((word >>> (32 - bits)) << (32 - bits)) >>> 0;
}

/** A network as people write it; one address without a prefix. IPv6 without the shortening of zeros. */
export function networkText({ address, prefix }: Network): string {
  const [first = 0] = address;
  let text = `${first >>> 24}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.${first & 255}`;
  if (address.length > 1) {
    text = '';
    for (const word of address)
      text += `${text === '' ? '' : ':'}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  return prefix === 32 * address.length ? text : `${text}/${prefix}`;
}

const networks = (...texts: string[]) => texts.map((text) => parseNetwork(text) as Network);

/** Addresses that mean this machine, everybody or nobody (RFC 6890, RFC 4291). */
const nobody = networks(
  '0.0.0.0/8',
  '127.0.0.0/8',
  '224.0.0.0/3',
  '169.254.0.0/16',
  '::/127',
  'fe80::/10',
  'ff00::/8',
);
/** Addresses that networks use within (RFC 1918, RFC 6598, RFC 4193). */
const inside = networks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7');

const isIn = (address: Address, ranges: readonly Network[]): boolean =>
  ranges.some((range) => {
    const { address: start, prefix } = range;
    return (
      start.length === address.length && start.every((word, i) => word === maskedWord(address, i, prefix))
    );
  });

/** Whether an address means no particular machine, or this one: loopback, link-local, multicast, unspecified. */
export const isNobodys = (address: Address): boolean => isIn(address, nobody);

/** Whether an address is one of the Internet: neither {@link isNobodys} nor of a private network. */
export const isPublic = (address: Address): boolean => !isIn(address, nobody) && !isIn(address, inside);
