import { type Json, setField } from '@tidewatch/event';
import { ipAddress } from '../setters.ts';
import { parseTime } from '../time.ts';
import { type DateReader, dateReader } from './date_format.ts';
import { type Work, workWriter } from './work.ts';

/** Puts the value of a known key where ECS has it; false: ECS has no place for such a value. */
export type Place = (work: Work, value: string) => boolean;

/** Numbers of protocols (IANA, Assigned Internet Protocol Numbers). */
const transports: Readonly<Record<string, string>> = {
  ...{ 1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 41: 'ipv6', 47: 'gre', 50: 'esp', 51: 'ah' },
  ...{ 58: 'ipv6-icmp', 89: 'ospf', 112: 'vrrp', 132: 'sctp' },
};

const write = (path: string, read: (value: string, work: Work) => Json | undefined): Place => {
  const put = workWriter(path);
  return (work, text) => {
    const value = read(text, work);
    if (value === undefined) return false;
    put(work, value);
    return true;
  };
};

export const text = (path: string): Place => write(path, (value) => value);
export const lowerText = (path: string): Place => write(path, (value) => value.toLowerCase());
export const number = (path: string): Place =>
  write(path, (value) => (/^-?\d{1,15}$/.test(value) ? Number(value) : undefined));
export const address = (path: string): Place => write(path, (value) => ipAddress(value));
/** The one address that is known of a field that holds a list. */
export const addresses = (path: string): Place =>
  write(path, (value) => {
    const known = ipAddress(value);
    return known === undefined ? undefined : [known];
  });
/** ECS wants hyphens and capital letters (RFC 7042). */
export const mac = (path: string): Place =>
  write(path, (value) =>
    /^[\dA-Fa-f]{2}(?:[:-][\dA-Fa-f]{2}){5}$/.test(value)
      ? value.replaceAll(':', '-').toUpperCase()
      : undefined,
  );
export const oneOf = (path: string, values: Readonly<Record<string, string>>): Place =>
  write(path, (value) =>
    Object.hasOwn(values, value.toLowerCase()) ? values[value.toLowerCase()] : undefined,
  );
export const transport = write('network.transport', (value) => transports[value] ?? value.toLowerCase());

/** MD5, SHA-1 or SHA-256, told apart by length. */
export const fileHash: Place = (work, value) => {
  const name = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' }[value.length];
  if (name === undefined || !/^[\dA-Fa-f]+$/.test(value)) return false;
  return setField(work.fields, `file.hash.${name}`, value.toLowerCase());
};

/** Forms of the CEF standard's time stamps beside milliseconds since 1970 (section “Date formats”); LEEF's default is one. */
const stamps: readonly DateReader[] = [
  ...['MMM dd yyyy HH:mm:ss.SSS z', 'MMM dd yyyy HH:mm:ss.SSS', 'MMM dd yyyy HH:mm:ss z'],
  ...['MMM dd yyyy HH:mm:ss', 'MMM dd HH:mm:ss.SSS z', 'MMM dd HH:mm:ss.SSS', 'MMM dd HH:mm:ss z'],
  ...['SYSLOG', 'MMM dd yyyy HH:mm:ss ZZ', 'yyyy-MM-dd HH:mm:ss ZZ'],
].map((format) => dateReader(format));

/** Epoch milliseconds. */
export function stampTime(value: string, { context: { clock, received } }: Work): number | undefined {
  const known = parseTime(value, clock);
  if (known !== undefined) return known;
  for (const read of stamps) {
    const time = read(value, { clock, received });
    if (time !== undefined) return time;
  }
  return undefined;
}

export const time = (path: string): Place =>
  write(path, (value, work) => {
    const at = stampTime(value, work);
    return at === undefined ? undefined : path === '@timestamp' ? at : new Date(at).toISOString();
  });

/** A record's own name as a field's: what is no letter, digit or underline becomes one. */
export const nameOf = (name: string): string =>
  /^[A-Za-z\d][\w-]*[A-Za-z\d]$/.test(name) ? name : name.replace(/[^\w-]+/g, '_').replace(/^_+|_+$/g, '');
