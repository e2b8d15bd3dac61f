import { createHmac } from 'node:crypto';
import { ipAddress } from '../setters.ts';
import { type Epoch, type EpochLength, epochAt } from './epochs.ts';
import { derive, keyAt, type PseudonymKey } from './keys.ts';
import { type NetworkClass, namesNobody, networkOf } from './well_known.ts';

/** The pseudonyms of one epoch. */
export interface EpochPseudonyms {
  readonly epoch: Epoch;
  /** Of the key. */
  readonly version: number;
  /**
   * The value's pseudonym: of an address one of IPv6 in 3fff::/20 (RFC 9637, never in use), or fd00::/16 where it is
   * private, which ECS' type `ip` takes; of anything else `p1-20261101-` (key version, first day of the epoch) and 24 hexadecimal digits. Upper and lower case
   * are one. Of `DOMAIN\name` the domain stays, and so does the `$` that ends a machine's name. A value that names nobody
   * is its own pseudonym.
   */
  readonly of: (value: string) => string;
}

export interface Pseudonyms {
  /** The pseudonyms of a time, and those of the epoch before while windows still look back into it. @param time epoch milliseconds */
  readonly at: (time: number) => { readonly now: EpochPseudonyms; readonly former?: EpochPseudonyms };
}

export interface PseudonymOptions {
  readonly keys: readonly PseudonymKey[];
  readonly epoch: EpochLength;
  /** How long events carry the pseudonyms of the epoch before as well, milliseconds; 0 for not at all. */
  readonly overlapMs: number;
}

/** Epochs whose pseudonyms are kept at hand: events may come late, and from senders whose clocks differ. */
const epochsAtHand = 4;

/** The same keys give the same pseudonyms in every process. */
export function createPseudonyms({ keys, epoch: length, overlapMs }: PseudonymOptions): Pseudonyms {
  const byEpoch = new Map<string, EpochPseudonyms>();
  let last: { readonly from: number; readonly to: number; readonly found: ReturnType<Pseudonyms['at']> } = {
    from: 0,
    to: 0,
    found: { now: inEpoch(epochAt(0, length)) },
  };

  function inEpoch(epoch: Epoch): EpochPseudonyms {
    const known = byEpoch.get(epoch.label);
    if (known !== undefined) return known;
    const made = pseudonymsOf(epoch, keyAt(keys, epoch.begins));
    if (byEpoch.size >= epochsAtHand) byEpoch.clear();
    byEpoch.set(epoch.label, made);
    return made;
  }

  return {
    at(time) {
      if (time >= last.from && time < last.to) return last.found;
      const now = inEpoch(epochAt(time, length));
      const { begins, ends } = now.epoch;
      const overlaps = time < begins + overlapMs;
      const found = overlaps ? { now, former: inEpoch(epochAt(begins - 1, length)) } : { now };
      last = overlaps
        ? { from: begins, to: Math.min(ends, begins + overlapMs), found }
        : { from: begins + overlapMs, to: ends, found };
      return found;
    },
  };
}

/** Half of what is remembered. Names and addresses of an organisation fit; of more, those seen lately. */
const remembered = 100_000;
/**
 * The first 16 of 128 bits, so that an address stays in its class of networks for who asks for that: of a private one
 * fc00::/7 (RFC 4193), of a link's own fe80::/10, of all others 3fff::/20. Then 12 bits of version, 16 of the epoch's
 * day, and 80 of the digest.
 */
const prefixes: Partial<Record<NetworkClass, string>> = { private: 'fd00', link_local: 'fe80' };
const otherPrefix = '3fff';

function pseudonymsOf(epoch: Epoch, { secret, version }: PseudonymKey): EpochPseudonyms {
  const key = derive(secret, `pseudonyms ${epoch.label}`);
  const prefix = `p${version}-${epoch.label}-`;
  const day = Math.floor(epoch.begins / 86_400_000) & 0xffff;
  const middle = `${version.toString(16)}:${day.toString(16)}`;
  const digest = (kind: string, value: string): string =>
    createHmac('sha256', key).update(`${kind}\0${value}`).digest('hex');

  function make(value: string): string {
    if (namesNobody(value)) return value;
    const address = ipAddress(value);
    if (address !== undefined) {
      const prefix = prefixes[networkOf(address) ?? 'public'] ?? otherPrefix;
      return addressOf(`${prefix}:${middle}`, digest('ip', canonical(address)));
    }
    const at = value.lastIndexOf('\\');
    if (at >= 0) return at === value.length - 1 ? value : value.slice(0, at + 1) + make(value.slice(at + 1));
    const isMachine = value.endsWith('$') && value.length > 1;
    const name = isMachine ? value.slice(0, -1) : value;
    const text = digest('text', name.normalize('NFC').toLowerCase()).slice(0, 24);
    return `${prefix}${text}${isMachine ? '$' : ''}`;
  }

  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return {
    epoch,
    version,
    of(value) {
      let found = young.get(value);
      if (found !== undefined) return found;
      found = old.get(value) ?? make(value);
      if (young.size >= remembered) {
        old = young;
        young = new Map();
      }
      young.set(value, found);
      return found;
    },
  };
}

/** Of `DOMAIN\\name` and `NAME$` the name: it is what a pseudonym stands for, whatever is around it. */
export const bareName = (text: string): string => text.slice(text.lastIndexOf('\\') + 1).replace(/\$$/, '');

/** One spelling for each address (RFC 5952). */
export const canonical = (address: string): string =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

function addressOf(network: string, digest: string): string {
  const groups = [0, 4, 8, 12, 16].map((at) => Number.parseInt(digest.slice(at, at + 4), 16).toString(16));
  return `${network}:${groups.join(':')}`;
}
