import { domainToASCII } from 'node:url';
import type { JsonObject } from '@tidewatch/event';
import { parseAddress, parseNetwork } from './address.ts';
import type { IndicatorKind } from './enrichers.ts';
import { type KeyIndex, networkSpace } from './key_index.ts';

/** One thing that a feed warns of. */
export interface Indicator {
  /** Undefined: as its value looks. */
  readonly kind: IndicatorKind | undefined;
  /** As the feed has it; defanged spellings (`hxxp://`, `example[.]org`) are understood. */
  readonly value: string;
  /** When it ends to be one, epoch milliseconds. */
  readonly expires?: number | undefined;
  /** When the feed last said so, epoch milliseconds: from then on the source's own time counts. */
  readonly said?: number | undefined;
  /** Members of `threat.indicator` beside its type and value. */
  readonly facts: JsonObject;
}

/** What a value looks like. */
export function kindOf(value: string): IndicatorKind | undefined {
  if (parseNetwork(value) !== undefined) return 'ip';
  if (isHash(value)) return 'hash';
  if (/^[a-z][a-z\d+.-]{1,15}:\/\//i.test(value)) return 'url';
  if (value.includes('@')) return 'email';
  return keyOf('domain', value) === undefined ? undefined : 'domain';
}

const isHash = (value: string): boolean =>
  (value.length === 32 || value.length === 40 || value.length === 64) && /^[\da-f]+$/i.test(value);

/** A value as it is looked up; undefined where it is none of its kind. */
export function keyOf(kind: Exclude<IndicatorKind, 'ip'>, value: string): string | undefined {
  switch (kind) {
    case 'domain':
      return nameKey(value.replace(/^\*\./, ''));
    case 'url':
      return urlKey(value);
    case 'hash':
      return isHash(value) ? value.toLowerCase() : undefined;
    default:
      return /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value) ? value.toLowerCase() : undefined;
  }
}

/** A name of hosts in lower case and ASCII, without the dot of the root; undefined where it is none. */
function nameKey(value: string): string | undefined {
  // The longest name there can be, with room for its spelling in other scripts.
  if (value.length === 0 || value.length > 255) return undefined;
  const bare = value.endsWith('.') ? value.slice(0, -1) : value;
  if (/^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/.test(bare)) return bare;
  const name = domainToASCII(bare).toLowerCase();
  return /^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/.test(name) ? name : undefined;
}

/** A URL in WHATWG's form, without fragment and credentials; undefined where it is none or has no host. */
function urlKey(value: string): string | undefined {
  if (value.length > maxUrl) return undefined;
  if (plainUrl.test(value) && !value.includes('/.') && !value.includes('xn--')) return value;
  const url = URL.parse(value);
  if (url === null || url.hostname === '') return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}

/** What is in WHATWG's form already: a host that is no number, no port, nothing to encode or to resolve. */
const plainUrl =
  /^https?:\/\/(?:[a-z\d_-]+\.)*[a-z][a-z_-]*\/[\w$+!*(),.:;=&@~/-]*(?:\?[\w$+!*(),.:;=&@~/?%[\]-]*)?$/;

/** Characters of the longest URL that is looked at. */
const maxUrl = 8_192;

/** What an index has of a value, as members of `threat.indicator`; undefined where it has nothing. */
export function findIndicator(
  index: KeyIndex,
  kind: IndicatorKind,
  value: string,
  now: number,
): JsonObject | undefined {
  if (kind === 'ip') {
    const address = parseAddress(value);
    const found = address && index.findNetwork(address, now);
    if (found === undefined) return undefined;
    const indicator: JsonObject = {
      type: address?.length === 1 ? 'ipv4-addr' : 'ipv6-addr',
      name: found.key,
    };
    if (!found.key.includes('/')) indicator.ip = value;
    return Object.assign(indicator, JSON.parse(found.payload));
  }
  if (!index.has(kind)) return undefined;
  const key = keyOf(kind, value);
  if (key === undefined) return undefined;
  const found = kind === 'domain' ? index.findEnding(kind, key, now) : index.find(kind, key, now);
  // Literals with several spreads take three times as long.
  return found && Object.assign(described[kind](found.key), JSON.parse(found.payload));
}

/** Whether an index has anything of a kind. */
export const hasKind = (index: KeyIndex, kind: IndicatorKind): boolean =>
  kind === 'ip' ? index.has('address') || index.has(networkSpace) : index.has(kind);

/** How ECS describes an indicator of a kind. */
const described: Readonly<Record<Exclude<IndicatorKind, 'ip'>, (key: string) => JsonObject>> = {
  domain: (key) => ({ type: 'domain-name', name: key, url: { domain: key } }),
  url: (key) => ({ type: 'url', name: key, url: { full: key } }),
  email: (key) => ({ type: 'email-addr', name: key, email: { address: key } }),
  hash: (key) => ({ type: 'file', name: key, file: { hash: hashOf(key) } }),
};

/** By its length. */
const hashOf = (key: string): JsonObject =>
  key.length === 32 ? { md5: key } : key.length === 40 ? { sha1: key } : { sha256: key };
