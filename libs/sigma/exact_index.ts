import type { Found } from './substring_finder.ts';

/** Finds the numbers filed under a whole text in any case; and, as a hash is all that is compared, now and then others. */
export interface ExactIndex {
  /** @param bytes of Latin-1 */
  find(bytes: Uint8Array, start: number, end: number, found: Found): void;
  /** As {@link find}, for a text of any letters, in folded case. */
  findFolded(text: string, found: Found): void;
}

/** The case of all letters of Latin-1 is this bit. */
const caseBit = 0x20;
/** FNV-1a's (Fowler, Noll, Vo). */
const [offset, prime] = [0x811c9dc5 | 0, 0x01000193];

const mix = (hash: number, code: number): number => Math.imul(hash ^ ((code & 0xff) | caseBit), prime);

function hashOf(text: string): number {
  let hash = offset;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

/** @param texts in folded case */
export function createExactIndex(texts: ReadonlyMap<string, readonly number[]>): ExactIndex {
  const byHash = new Map<number, number[]>();
  /** By length, so that most values need not be hashed. */
  const lengths: boolean[] = [];
  for (const [text, numbers] of texts) {
    const hash = hashOf(text);
    byHash.set(hash, [...(byHash.get(hash) ?? []), ...numbers]);
    lengths[text.length] = true;
  }
  const report = (hash: number, found: Found): void => {
    const numbers = byHash.get(hash);
    if (numbers !== undefined) for (const number of numbers) found(number);
  };
  return {
    find(bytes, start, end, found) {
      if (lengths[end - start] !== true) return;
      let hash = offset;
      for (let i = start; i < end; i++) hash = mix(hash, bytes[i] as number);
      report(hash, found);
    },
    findFolded(text, found) {
      if (lengths[text.length] === true) report(hashOf(text), found);
    },
  };
}
