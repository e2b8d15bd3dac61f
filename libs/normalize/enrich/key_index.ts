import { type Address, masked, maskedWord, networkText } from './address.ts';
import { Recent } from './recent.ts';

/*
 * Keys with what stands beside each, in bytes: a million of them as objects would take several times the memory, and a
 * thread could not hand them over. Each space of keys (addresses, names, hashes) is a hash table of its own with linear
 * probing: pairs of a key's hash and its entry's offset plus 1; 0 is a free slot. An entry is the offset of its payload,
 * when it expires (epoch seconds, 0: never), the key's length and the key; a payload its length and its JSON. Keys are
 * UTF-8; those of networks the prefix in one byte, then the address.
 */

/** What can be handed from one thread to another. */
export interface KeyIndexData {
  /** Of the hashes, so that nobody can choose keys that collide. */
  readonly seed: number;
  readonly spaces: ReadonlyMap<string, Uint32Array>;
  readonly entries: Uint8Array;
  /** Lengths of the prefixes that networks have, the longest first; those of single addresses beside. */
  readonly prefixes: { readonly v4: readonly number[]; readonly v6: readonly number[] };
  readonly keys: number;
}

/** Where an entry's parts begin, in bytes from its own beginning. */
export const entryLayout = { payload: 0, expires: 4, keyLength: 8, key: 10 } as const;

/** The spaces of addresses, and of networks with more than one: there are few of these, which then stay at hand. */
export const addressSpace = 'address';
export const networkSpace = 'network';

export interface Found {
  /** The key as it was added; of a network, as people write it. */
  readonly key: string;
  /** JSON. */
  readonly payload: string;
}

/** Payloads that are remembered, at least: what is found once mostly comes again. */
const remembered = 2_048;

const empty: KeyIndexData = {
  seed: 0,
  spaces: new Map(),
  entries: new Uint8Array(0),
  prefixes: { v4: [], v6: [] },
  keys: 0,
};

/** Looks keys up. Expired ones are not found. */
export class KeyIndex {
  readonly keys: number;
  readonly #data: KeyIndexData;
  readonly #entries: Buffer;
  readonly #payloads = new Recent<number, string>(remembered);

  constructor(data: KeyIndexData = empty) {
    this.#data = data;
    this.keys = data.keys;
    this.#entries = Buffer.from(data.entries.buffer, data.entries.byteOffset, data.entries.byteLength);
  }

  /** Bytes of memory it takes. */
  get bytes(): number {
    const slots = [...this.#data.spaces.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    return slots + this.#entries.byteLength;
  }

  /** Whether the space has any keys. */
  has(space: string): boolean {
    return this.#data.spaces.has(space);
  }

  /** @param now epoch milliseconds */
  find(space: string, key: string, now: number): Found | undefined {
    return this.#findFrom(space, key, 0, now);
  }

  /** The longest of a name's own endings, at its dots, that is a key: `a.example.org`, `example.org`, `org`. */
  findEnding(space: string, name: string, now: number): Found | undefined {
    if (!this.has(space)) return undefined;
    for (let from = 0; from !== -1; from = after(name, '.', from)) {
      const found = this.#findFrom(space, name, from, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The smallest network that an address is in. */
  findNetwork(address: Address, now: number): Found | undefined {
    const single = this.#findMasked(addressSpace, address, 32 * address.length, now);
    if (single !== undefined) return single;
    const { v4, v6 } = this.#data.prefixes;
    const prefixes = address.length === 1 ? v4 : v6;
    for (let i = 0; i < prefixes.length; i++) {
      const found = this.#findMasked(networkSpace, address, prefixes[i] as number, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #findMasked(space: string, address: Address, prefix: number, now: number): Found | undefined {
    const slots = this.#data.spaces.get(space);
    if (slots === undefined) return undefined;
    const hash = hashNetwork(address, prefix, this.#data.seed);
    const at = this.#probe(slots, hash, (entry) => this.#isNetwork(entry, address, prefix));
    if (!this.#isInForce(at, now)) return undefined;
    return this.#found(at, networkText({ address: masked(address, prefix), prefix }));
  }

  #findFrom(space: string, text: string, from: number, now: number): Found | undefined {
    const slots = this.#data.spaces.get(space);
    if (slots === undefined) return undefined;
    const hash = hashText(text, from, this.#data.seed);
    const at = this.#probe(slots, hash, (entry) => this.#isText(entry, text, from));
    return this.#isInForce(at, now) ? this.#found(at, from === 0 ? text : text.slice(from)) : undefined;
  }

  /** The offset of the entry with that hash that `is` takes; -1 where there is none. */
  #probe(slots: Uint32Array, hash: number, is: (entry: number) => boolean): number {
    const mask = slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const offset = slots[2 * slot + 1] as number;
      if (offset === 0) return -1;
      if (slots[2 * slot] === hash && is(offset - 1)) return offset - 1;
    }
  }

  #isText(entry: number, text: string, from: number): boolean {
    const bytes = this.#entries;
    const start = entry + entryLayout.key;
    const length = bytes.readUInt16LE(entry + entryLayout.keyLength);
    // Of UTF-8, where all its bytes are ASCII.
    if (length === text.length - from) {
      let i = 0;
      while (i < length && bytes[start + i] === text.charCodeAt(from + i)) i++;
      if (i === length) return true;
    }
    return length > text.length - from && bytes.toString('utf8', start, start + length) === text.slice(from);
  }

  #isNetwork(entry: number, address: Address, prefix: number): boolean {
    const start = entry + entryLayout.key;
    if (this.#entries.readUInt16LE(entry + entryLayout.keyLength) !== 1 + 4 * address.length) return false;
    if (this.#entries[start] !== prefix) return false;
    for (let i = 0; i < address.length; i++)
      if (this.#entries.readUInt32LE(start + 1 + 4 * i) !== maskedWord(address, i, prefix)) return false;
    return true;
  }

  #isInForce(entry: number, now: number): boolean {
    if (entry === -1) return false;
    const expires = this.#entries.readUInt32LE(entry + entryLayout.expires) * 1000;
    return expires === 0 || expires > now;
  }

  #found(entry: number, key: string): Found {
    const place = this.#entries.readUInt32LE(entry + entryLayout.payload);
    let payload = this.#payloads.get(place);
    if (payload === undefined) {
      const start = place + 4;
      payload = this.#entries.toString('utf8', start, start + this.#entries.readUInt32LE(place));
      this.#payloads.set(place, payload);
    }
    return { key, payload };
  }
}

function after(text: string, sought: string, from: number): number {
  const at = text.indexOf(sought, from);
  return at === -1 ? -1 : at + 1;
}

/** The hash of a text from a place on, 32 bits without sign. */
export function hashText(text: string, from: number, seed: number): number {
  let hash = seed;
  for (let i = from; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return finish(hash);
}

/** The hash of the network of that prefix which an address is in. */
export function hashNetwork(address: Address, prefix: number, seed: number): number {
  let hash = mix(seed, prefix);
  for (let i = 0; i < address.length; i++) hash = mix(hash, maskedWord(address, i, prefix));
  return finish(hash);
}

/** One step and the end of MurmurHash3 (Appleby, public domain), 32 bits. */
function mix(hash: number, value: number): number {
  const scattered = Math.imul(value, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scattered << 15) | (scattered >>> 17), 0x1b873593);
  return Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
}

function finish(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
