import { Latin1 } from './event/texts.ts';
import { fold } from './fold.ts';

/**
 * Finds texts inside another, and the numbers filed under them. Each text is filed under the rarest four characters in
 * it; a scan looks every four characters up in a table that fits the processor's cache and compares the whole text
 * only where they are known (the idea of Wu and Manber, 1994). Where all texts are long, each is filed under several
 * grams in a row, and the scan takes steps as long as that row.
 *
 * An Aho-Corasick automaton over the texts of all SigmaHQ rules takes 220 MB as a complete table, and loses to this
 * by waiting for memory.
 */
export interface SubstringFinder {
  /**
   * Calls `found` with each number of each text that occurs in folded case; once more where it occurs again, and now and
   * then with one whose text has letters beyond Latin-1 and does not occur.
   *
   * @param start of the text that is looked through
   */
  scan(texts: Latin1, start: number, end: number, found: Found): void;
  /** As {@link scan}, in a text of any letters, in folded case. */
  scanFolded(text: string, found: Found): void;
}

export type Found = (number: number) => void;

const gramLength = 4;
const longestStep = 8;

/** Four characters by the low eight bits of each: equal characters give equal grams, and a difference is seen later. */
const shift = (gram: number, code: number): number => (gram << 8) | (code & 0xff);

/** Makes one of the cases of all letters of Latin-1, so that a text need not be folded to be scanned. */
const anyCase = (gram: number): number => gram | 0x20202020;

const slotOf = (gram: number, bits: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - bits);

/** Bytes of Latin-1 in folded case. */
const foldedByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  fold(String.fromCharCode(byte)).charCodeAt(0),
);

/** A text in folded case. */
interface Entry {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly numbers: readonly number[];
}
type Scan = SubstringFinder['scan'];

const beyondLatin1 = /[^\0-\xff]/;

/**
 * @param texts in folded case
 * @param common texts that very many scanned texts contain, whose characters are better not filed under
 */
export function createSubstringFinder(
  texts: ReadonlyMap<string, readonly number[]>,
  common: readonly string[],
): SubstringFinder {
  const entries = [...texts].map(([text, numbers]) => ({ text, bytes: lowBytes(text), numbers }));
  const short = entries.filter(({ text }) => text.length < gramLength);
  const shortLatin = byFirst(short.filter(({ text }) => !beyondLatin1.test(text)));
  const long = byGrams(
    entries.filter(({ text }) => text.length >= gramLength),
    countGrams(texts.keys(), common),
  );
  return {
    scan(texts, start, end, found) {
      shortLatin?.(texts, start, end, found);
      long?.(texts, start, end, found);
    },
    scanFolded(text, found) {
      for (const entry of short) if (text.includes(entry.text)) report(entry, found);
      long?.(new Latin1(Buffer.from(text, 'latin1')), 0, text.length, found);
    },
  };
}

/** Of each letter the low eight bits, in folded case: equal letters have equal ones, as a few others do. */
const lowBytes = (text: string): Uint8Array =>
  Buffer.from(text, 'latin1').map((byte) => foldedByte[byte] as number);

/** Texts of fewer than four characters are few. */
function byFirst(entries: readonly Entry[]): Scan | null {
  if (entries.length === 0) return null;
  const filed: (Entry[] | undefined)[] = Array.from({ length: 256 });
  for (const entry of entries) {
    const first = entry.bytes[0] as number;
    filed[first] = [...(filed[first] ?? []), entry];
  }
  return ({ bytes }, start, end, found) => {
    for (let i = start; i < end; i++) {
      const here = filed[foldedByte[bytes[i] as number] as number];
      if (here === undefined) continue;
      for (const entry of here) if (isAt(entry, bytes, i, start, end)) report(entry, found);
    }
  };
}

function isAt({ bytes: text }: Entry, bytes: Uint8Array, at: number, start: number, end: number): boolean {
  if (at < start || at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (foldedByte[bytes[at + i] as number] !== text[i]) return false;
  return true;
}

/** Four characters of an entry, and where they end in it. */
interface Filed {
  readonly entry: Entry;
  readonly gram: number;
  readonly end: number;
}

function byGrams(entries: readonly Entry[], counts: ReadonlyMap<number, number>): Scan | null {
  if (entries.length === 0) return null;
  let shortest = Number.POSITIVE_INFINITY;
  for (const { text } of entries) shortest = Math.min(shortest, text.length);
  const step = Math.min(longestStep, shortest - gramLength + 1);
  const filed = entries.flatMap((entry) => rarestGrams(entry, step, counts));
  const bits = Math.max(6, Math.min(18, Math.ceil(Math.log2(filed.length * 16 + 1))));
  /** Number of a slot's first entry plus one, 0 for none; entries of one slot are chained by `next`. */
  const heads = filed.length < 65_535 ? new Uint16Array(1 << bits) : new Uint32Array(1 << bits);
  const next = new Uint32Array(filed.length);
  const grams = Int32Array.from(filed, ({ gram }) => gram);
  filed.forEach(({ gram }, i) => {
    const slot = slotOf(gram, bits);
    next[i] = heads[slot] as number;
    heads[slot] = i + 1;
  });

  function check(
    head: number,
    gram: number,
    bytes: Uint8Array,
    at: number,
    start: number,
    stop: number,
    found: Found,
  ) {
    for (let each = head; each !== 0; each = next[each - 1] as number) {
      if (grams[each - 1] !== gram) continue;
      const { entry, end } = filed[each - 1] as Filed;
      if (isAt(entry, bytes, at - end, start, stop)) report(entry, found);
    }
  }

  return ({ bytes, view }, start, end, found) => {
    for (let i = start + step - 1; i + gramLength <= end; i += step) {
      const gram = anyCase(view.getInt32(i));
      const head = heads[slotOf(gram, bits)] as number;
      if (head !== 0) check(head, gram, bytes, i + gramLength - 1, start, end, found);
    }
  };
}

function report({ numbers }: Entry, found: Found): void {
  for (const number of numbers) found(number);
}

function countGrams(texts: Iterable<string>, common: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (text: string, weight: number): void => {
    for (const gram of gramsOf(text)) counts.set(gram, (counts.get(gram) ?? 0) + weight);
  };
  let number = 0;
  for (const text of texts) {
    add(text, 1);
    number++;
  }
  for (const text of common) add(text, number);
  return counts;
}

function gramsOf(text: string): number[] {
  const grams: number[] = [];
  let gram = 0;
  for (let i = 0; i < text.length; i++) {
    gram = shift(gram, text.charCodeAt(i));
    if (i >= gramLength - 1) grams.push(anyCase(gram));
  }
  return grams;
}

/** As many grams in a row as a step is long, those that occur least: one of them stands where a step ends. */
function rarestGrams(entry: Entry, step: number, counts: ReadonlyMap<number, number>): Filed[] {
  const grams = gramsOf(entry.text);
  let from = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i + step <= grams.length; i++) {
    let count = 0;
    for (let j = i; j < i + step; j++) count += counts.get(grams[j] as number) ?? 0;
    if (count >= fewest) continue;
    fewest = count;
    from = i;
  }
  return grams.slice(from, from + step).map((gram, i) => ({ entry, gram, end: from + i + gramLength - 1 }));
}
