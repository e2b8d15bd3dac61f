import { randomInt } from 'node:crypto';
import type { Network } from './address.ts';
import {
  addressSpace,
  entryLayout,
  hashNetwork,
  hashText,
  type KeyIndexData,
  networkSpace,
} from './key_index.ts';

/** Offsets have 32 bits. */
const maxBytes = 2 ** 32 - 1;
/** Equal payloads stand there once, as far as so many different ones are remembered. */
const rememberedPayloads = 4_096;
/** Bytes of the longest key. */
export const maxKey = 65_535;

/** What stands beside a key. */
export interface Beside {
  /** JSON. */
  readonly payload: string;
  /** Epoch milliseconds; undefined: never. */
  readonly expires?: number | undefined;
}

interface Space {
  slots: Uint32Array;
  keys: number;
}

/**
 * Makes the bytes of a `KeyIndex`. Of a key that comes again the one that expires last stays, and of equal ones the
 * later.
 *
 * @throws RangeError when it takes more than 4 GiB
 */
export class KeyIndexBuilder {
  readonly #seed = randomInt(2 ** 32);
  readonly #spaces = new Map<string, Space>();
  readonly #prefixes = { v4: new Set<number>(), v6: new Set<number>() };
  readonly #payloads = new Map<string, number>();
  #entries = Buffer.allocUnsafeSlow(65_536);
  #end = 0;

  /** @param key at most {@link maxKey} bytes of UTF-8 */
  add(space: string, key: string, beside: Beside): void {
    this.#put(space, Buffer.from(key, 'utf8'), hashText(key, 0, this.#seed), beside);
  }

  addNetwork(network: Network, beside: Beside): void {
    const { address, prefix } = network;
    const key = Buffer.alloc(1 + 4 * address.length);
    key[0] = prefix;
    for (const [i, word] of address.entries()) key.writeUInt32LE(word, 1 + 4 * i);
    const isSingle = prefix === 32 * address.length;
    if (!isSingle) (address.length === 1 ? this.#prefixes.v4 : this.#prefixes.v6).add(prefix);
    const hash = hashNetwork(address, prefix, this.#seed);
    this.#put(isSingle ? addressSpace : networkSpace, key, hash, beside);
  }

  /** What was added so far, in buffers of its own. */
  finish(): KeyIndexData {
    const longest = (lengths: ReadonlySet<number>) => [...lengths].sort((a, b) => b - a);
    return {
      seed: this.#seed,
      spaces: new Map([...this.#spaces].map(([name, { slots }]) => [name, slots])),
      entries: new Uint8Array(this.#entries.subarray(0, this.#end)),
      prefixes: { v4: longest(this.#prefixes.v4), v6: longest(this.#prefixes.v6) },
      keys: [...this.#spaces.values()].reduce((sum, { keys }) => sum + keys, 0),
    };
  }

  #put(name: string, key: Buffer, hash: number, { payload, expires }: Beside): void {
    const space = this.#space(name);
    const slot = this.#slotOf(space, key, hash);
    // What expires at all does so in the second after, so that 0 stays free.
    const ends = expires === undefined ? 0 : Math.min(Math.max(Math.ceil(expires / 1000), 1), maxBytes);
    const offset = space.slots[2 * slot + 1] as number;
    if (offset !== 0) {
      const entry = offset - 1;
      const before = this.#entries.readUInt32LE(entry + entryLayout.expires);
      if (before === 0 ? ends !== 0 : ends !== 0 && ends < before) return;
      this.#entries.writeUInt32LE(ends, entry + entryLayout.expires);
      // It may move the entries.
      const place = this.#payload(payload);
      this.#entries.writeUInt32LE(place, entry + entryLayout.payload);
      return;
    }
    const place = this.#payload(payload);
    const entry = this.#take(entryLayout.key + key.length);
    this.#entries.writeUInt32LE(place, entry + entryLayout.payload);
    this.#entries.writeUInt32LE(ends, entry + entryLayout.expires);
    this.#entries.writeUInt16LE(key.length, entry + entryLayout.keyLength);
    key.copy(this.#entries, entry + entryLayout.key);
    space.slots[2 * slot] = hash;
    space.slots[2 * slot + 1] = entry + 1;
    space.keys++;
  }

  /** With room for one key more. */
  #space(name: string): Space {
    let space = this.#spaces.get(name);
    if (space === undefined) {
      space = { slots: new Uint32Array(2 * 64), keys: 0 };
      this.#spaces.set(name, space);
    }
    // Three fifths full: longer, and runs of probes grow quickly.
    if (10 * space.keys >= 3 * space.slots.length) space.slots = doubled(space.slots);
    return space;
  }

  /** The slot of a key, or the free one where it goes. */
  #slotOf({ slots }: Space, key: Buffer, hash: number): number {
    const mask = slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const offset = slots[2 * slot + 1] as number;
      if (offset === 0 || (slots[2 * slot] === hash && this.#isKey(offset - 1, key))) return slot;
    }
  }

  #isKey(entry: number, key: Buffer): boolean {
    const length = this.#entries.readUInt16LE(entry + entryLayout.keyLength);
    const start = entry + entryLayout.key;
    return key.compare(this.#entries, start, start + length) === 0;
  }

  #payload(json: string): number {
    const known = this.#payloads.get(json);
    if (known !== undefined) return known;
    const length = Buffer.byteLength(json, 'utf8');
    const place = this.#take(4 + length);
    this.#entries.writeUInt32LE(length, place);
    this.#entries.write(json, place + 4, length, 'utf8');
    if (this.#payloads.size < rememberedPayloads) this.#payloads.set(json, place);
    return place;
  }

  /** Room for so many bytes at the end. */
  #take(bytes: number): number {
    const place = this.#end;
    this.#end += bytes;
    if (this.#end > maxBytes)
      throw new RangeError('The keys and what stands beside them take more than 4 GiB.');
    if (this.#end > this.#entries.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(Math.max(Math.ceil(1.5 * this.#entries.length), this.#end), maxBytes),
      );
      this.#entries.copy(larger, 0, 0, place);
      this.#entries = larger;
    }
    return place;
  }
}

function doubled(slots: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * slots.length);
  const mask = slots.length - 1;
  for (let from = 0; from < slots.length; from += 2) {
    const offset = slots[from + 1] as number;
    if (offset === 0) continue;
    const hash = slots[from] as number;
    let slot = hash & mask;
    while (larger[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    larger[2 * slot] = hash;
    larger[2 * slot + 1] = offset;
  }
  return larger;
}
