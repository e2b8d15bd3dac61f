const v4 =
  /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const mapped = '00000000000000000000ffff';

/**
 * An IPv4 or IPv6 address as 32 lower-case hexadecimal digits, IPv4 in its mapped form (RFC 4291 section 2.5.5.2), so
 * that text order is address order. Undefined where the text is no address. Of IPv6 with dotted ends only
 * `::ffff:a.b.c.d` is read; zones (`%eth0`) are not.
 */
export function addressKey(text: string): string | undefined {
  const lower = text.toLowerCase();
  const dotted = v4.exec(lower.startsWith('::ffff:') ? lower.slice(7) : lower);
  if (dotted !== null)
    return (
      mapped +
      dotted
        .slice(1)
        .map((part) => hex(Number(part), 2))
        .join('')
    );
  if (!/^[0-9a-f:]{2,39}$/.test(lower)) return undefined;
  const halves = lower.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?];
  const groups = [...head, ...(tail ?? [])];
  if (groups.some((group) => group === '' || group.length > 4)) return undefined;
  if (tail === undefined ? groups.length !== 8 : groups.length > 7) return undefined;
  const filled =
    tail === undefined ? head : [...head, ...Array<string>(8 - groups.length).fill('0'), ...tail];
  return filled.map((group) => group.padStart(4, '0')).join('');
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export interface AddressRange {
  readonly from: string;
  readonly to: string;
}

/** First and last key of a network in CIDR notation; undefined where the text is none. Host bits are ignored. */
export function parseCidr(text: string): AddressRange | undefined {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [, address, length] = match as unknown as [string, string, string];
  const key = addressKey(address);
  const isV4 = !address.includes(':');
  if (key === undefined || Number(length) > (isV4 ? 32 : 128)) return undefined;
  const free = 128n - BigInt(length) - (isV4 ? 96n : 0n);
  const low = (BigInt(`0x${key}`) >> free) << free;
  const format = (value: bigint): string => value.toString(16).padStart(32, '0');
  return { from: format(low), to: format(low | ((1n << free) - 1n)) };
}
