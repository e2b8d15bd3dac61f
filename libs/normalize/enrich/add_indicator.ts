import { getPublicSuffix } from 'tldts';
import { isNobodys, parseNetwork } from './address.ts';
import { type Indicator, keyOf, kindOf } from './indicator.ts';
import { type KeyIndexBuilder, maxKey } from './key_index_builder.ts';

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
