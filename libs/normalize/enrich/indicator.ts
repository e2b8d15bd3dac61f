import { domainToASCII } from 'node:url';
import type { Json, JsonObject } from '@tidewatch/event';
import { getPublicSuffix } from 'tldts';
import { isNobodys, parseAddress, parseNetwork } from './address.ts';
import type { IndicatorKind } from './enrichers.ts';
import { type KeyIndex, networkSpace } from './key_index.ts';
import { type KeyIndexBuilder, maxKey } from './key_index_builder.ts';

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

/** What became of an indicator: `unfit` is no value of its kind, or one that would stand for half the Internet. */
export type Taken = 'added' | 'expired' | 'unfit';

/** What else says when indicators expire. */
export interface Lifetime {
  /** How long they count, in milliseconds, where they don't say; undefined: for ever. */
  readonly expires: number | undefined;
  /** When the source last changed, epoch milliseconds, for those that don't say when they were said. */
  readonly changed: number;
  readonly now: number;
}

export function addIndicator(builder: KeyIndexBuilder, indicator: Indicator, life: Lifetime): Taken {
  const value = refanged(indicator.value);
  const kind = indicator.kind ?? kindOf(value);
  if (kind === undefined || value.length > maxKey / 4) return 'unfit';
  const ends = life.expires === undefined ? undefined : (indicator.said ?? life.changed) + life.expires;
  const expires = indicator.expires ?? ends;
  if (expires !== undefined && expires <= life.now) return 'expired';
  const beside = { payload: JSON.stringify(indicator.facts), expires };
  if (kind === 'ip') {
    const network = parseNetwork(value);
    if (network === undefined || isNobodys(network.address)) return 'unfit';
    if (network.prefix < (network.address.length === 1 ? leastV4 : leastV6)) return 'unfit';
    builder.addNetwork(network, beside);
    return 'added';
  }
  const key = keyOf(kind, value);
  if (key === undefined) return 'unfit';
  // Nobody warns of all of `org`, or `co.uk`.
  if (kind === 'domain' && (!key.includes('.') || getPublicSuffix(key) === key)) return 'unfit';
  builder.add(kind, key, beside);
  return 'added';
}

/** Bits of the shortest prefix that a network may have. */
const leastV4 = 8;
const leastV6 = 16;

const refanged = (text: string): string => {
  const value = text.trim();
  if (!/[[({]|^hxxp|^meow/i.test(value)) return value;
  return value
    .replace(/^(?:hxxp|meow)(s?)(\[?:\]?)/i, 'http$1:')
    .replace(/^(https?)\[:\/\/\]/i, '$1://')
    .replace(/[[({](?:\.|dot)[\])}]/gi, '.')
    .replace(/[[({](?:@|at)[\])}]/gi, '@')
    .replace(/\[:\]/g, ':');
};

function kindOf(value: string): IndicatorKind | undefined {
  if (parseNetwork(value) !== undefined) return 'ip';
  if (isHash(value)) return 'hash';
  if (/^[a-z][a-z\d+.-]{1,15}:\/\//i.test(value)) return 'url';
  if (value.includes('@')) return 'email';
  return nameKey(value) === undefined ? undefined : 'domain';
}

const isHash = (value: string): boolean => /^(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64})$/i.test(value);

/** A value as it is looked up; undefined where it is none of its kind. */
function keyOf(kind: Exclude<IndicatorKind, 'ip'>, value: string): string | undefined {
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
  if (value.length > maxUrl || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.hostname === '') return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}

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
    const type = address?.length === 1 ? 'ipv4-addr' : 'ipv6-addr';
    const own: JsonObject = found.key.includes('/') ? {} : { ip: value };
    return { type, name: found.key, ...own, ...facts(found.payload) };
  }
  if (!index.has(kind)) return undefined;
  const key = keyOf(kind, value);
  if (key === undefined) return undefined;
  const found = kind === 'domain' ? index.findEnding(kind, key, now) : index.find(kind, key, now);
  return found && { ...described[kind](found.key), name: found.key, ...facts(found.payload) };
}

/** Whether an index has anything of a kind. */
export const hasKind = (index: KeyIndex, kind: IndicatorKind): boolean =>
  kind === 'ip' ? index.has('address') || index.has(networkSpace) : index.has(kind);

const facts = (payload: string): JsonObject => JSON.parse(payload) as { [key: string]: Json };

/** How ECS describes an indicator of a kind. */
const described: Readonly<Record<Exclude<IndicatorKind, 'ip'>, (key: string) => JsonObject>> = {
  domain: (key) => ({ type: 'domain-name', url: { domain: key } }),
  url: (key) => ({ type: 'url', url: { full: key } }),
  email: (key) => ({ type: 'email-addr', email: { address: key } }),
  hash: (key) => ({ type: 'file', file: { hash: { [hashNames[key.length] as string]: key } } }),
};

const hashNames: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };
