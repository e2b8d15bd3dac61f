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
  /** Calls `found` with each number of each text that occurs in folded case; once more where it occurs again. */
  scan(scanned: Scanned, found: (number: number) => void): void;
}

/** A text as it is, and in folded case, which is asked for only where it is needed. */
export interface Scanned {
  readonly text: string;
  readonly folded: string;
}

const gramLength = 4;
const longestStep = 8;

/** Four characters by the low eight bits of each: equal characters give equal grams, and a difference is seen later. */
const shift = (gram: number, code: number): number => (gram << 8) | (code & 0xff);

/** Makes one of the cases of all letters of Latin-1, so that a text need not be folded to be scanned. */
const anyCase = (gram: number): number => gram | 0x20202020;

const slotOf = (gram: number, bits: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - bits);

let scratch = Buffer.allocUnsafe(65_536);

/** The low bytes of the characters, until the next call: reading them from a string takes two to four times as long. */
function lowBytes(text: string): Uint8Array {
  if (text.length > scratch.length) scratch = Buffer.allocUnsafe(text.length * 2);
  scratch.write(text, 'latin1');
  return scratch;
}

type Entry = readonly [text: string, numbers: readonly number[]];
type Found = (number: number) => void;

const beyondLatin1 = /[^\0-\xff]/;

/**
 * @param texts in folded case
 * @param common texts that very many scanned texts contain, whose characters are better not filed under
 */
export function createSubstringFinder(
  texts: ReadonlyMap<string, readonly number[]>,
  common: readonly string[],
): SubstringFinder {
  const all = [...texts];
  const long = all.filter(([text]) => text.length >= gramLength);
  const short = all.filter(([text]) => text.length < gramLength);
  const pictographs = short.filter(([text]) => beyondLatin1.test(text));
  const others = short.filter(([text]) => !beyondLatin1.test(text));
  const table = long.length === 0 ? null : byGrams(long, countGrams(texts.keys(), common));
  return {
    scan(scanned, found) {
      if (others.length > 0) oneByOne(others, scanned.folded, found);
      const { text } = scanned;
      if (beyondLatin1.test(text)) {
        oneByOne(pictographs, scanned.folded, found);
        table?.(scanned.folded, found);
      } else table?.(text, found);
    },
  };
}

function oneByOne(entries: readonly Entry[], text: string, found: Found): void {
  for (const [part, numbers] of entries) if (text.includes(part)) report(numbers, found);
}

/** Four characters of an entry, and where they end in it. */
interface Filed {
  readonly entry: Entry;
  readonly gram: number;
  readonly end: number;
}

function byGrams(entries: readonly Entry[], counts: ReadonlyMap<number, number>) {
  let shortest = Number.POSITIVE_INFINITY;
  for (const [text] of entries) shortest = Math.min(shortest, text.length);
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

  function check(head: number, gram: number, text: string, at: number, found: Found) {
    for (let each = head; each !== 0; each = next[each - 1] as number) {
      if (grams[each - 1] !== gram) continue;
      const { entry, end } = filed[each - 1] as Filed;
      const from = at - end;
      if (fold(text.slice(from, from + entry[0].length)) === entry[0]) report(entry[1], found);
    }
  }

  if (step === 1) {
    return (text: string, found: Found) => {
      const bytes = lowBytes(text);
      let last = 0;
      for (let i = 0; i < text.length; i++) {
        last = shift(last, bytes[i] as number);
        const gram = anyCase(last);
        const head = heads[slotOf(gram, bits)] as number;
        if (head !== 0) check(head, gram, text, i, found);
      }
    };
  }
  return (text: string, found: Found) => {
    const bytes = lowBytes(text);
    for (let i = gramLength - 1; i < text.length; i += step) {
      const gram = anyCase(
        ((bytes[i - 3] as number) << 24) |
          ((bytes[i - 2] as number) << 16) |
          ((bytes[i - 1] as number) << 8) |
          (bytes[i] as number),
      );
      const head = heads[slotOf(gram, bits)] as number;
      if (head !== 0) check(head, gram, text, i, found);
    }
  };
}

function report(numbers: readonly number[], found: Found): void {
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
  const grams = gramsOf(entry[0]);
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
