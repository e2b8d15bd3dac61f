/**
 * Finds texts inside another, and the numbers filed under them. Each text is filed under the rarest four characters in
 * it; a scan looks every four characters up in a table that fits the processor's cache and compares the whole text
 * only where they are known (the idea of Wu and Manber, 1994, without the jumps).
 *
 * An Aho-Corasick automaton over the texts of all SigmaHQ rules takes 220 MB as a complete table, and loses to this
 * by waiting for memory.
 */
export interface SubstringFinder {
  /** Calls `found` with each number of each text that occurs; once more where it occurs again. */
  scan(text: string, found: (number: number) => void): void;
}

const gramLength = 4;

/** Four characters by the low eight bits of each: equal characters give equal grams, and a difference is seen later. */
const shift = (gram: number, code: number): number => (gram << 8) | (code & 0xff);

const slotOf = (gram: number, bits: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - bits);

let scratch = Buffer.allocUnsafe(65_536);

/** The low bytes of the characters, until the next call: reading them from a string takes two to four times as long. */
function lowBytes(text: string): Uint8Array {
  if (text.length > scratch.length) scratch = Buffer.allocUnsafe(text.length * 2);
  scratch.write(text, 'latin1');
  return scratch;
}

interface Entry {
  readonly text: string;
  readonly numbers: readonly number[];
  readonly gram: number;
  /** Where the gram ends in the text. */
  readonly end: number;
}

/** @param common texts that very many scanned texts contain, whose characters are better not filed under */
export function createSubstringFinder(
  texts: ReadonlyMap<string, readonly number[]>,
  common: readonly string[],
): SubstringFinder {
  const short = [...texts].filter(([text]) => text.length < gramLength);
  const long = [...texts].filter(([text]) => text.length >= gramLength);
  const counts = countGrams([...texts.keys()], common);
  const entries = long.map(([text, numbers]): Entry => ({ text, numbers, ...rarestGram(text, counts) }));
  const bits = Math.max(6, Math.min(18, Math.ceil(Math.log2(entries.length * 16 + 1))));
  /** Number of a slot's first entry plus one, 0 for none; entries of one slot are chained by `next`. */
  const heads = entries.length < 65_535 ? new Uint16Array(1 << bits) : new Uint32Array(1 << bits);
  const next = new Uint32Array(entries.length);
  const grams = Int32Array.from(entries, ({ gram }) => gram);
  entries.forEach(({ gram }, i) => {
    const slot = slotOf(gram, bits);
    next[i] = heads[slot] as number;
    heads[slot] = i + 1;
  });
  return {
    scan(text, found) {
      for (const [part, numbers] of short) if (text.includes(part)) report(numbers, found);
      if (text.length < gramLength || entries.length === 0) return;
      const bytes = lowBytes(text);
      let gram = 0;
      for (let i = 0; i < text.length; i++) {
        gram = shift(gram, bytes[i] as number);
        let head = heads[slotOf(gram, bits)] as number;
        while (head !== 0) {
          if (grams[head - 1] === gram) {
            const entry = entries[head - 1] as Entry;
            if (text.startsWith(entry.text, i - entry.end)) report(entry.numbers, found);
          }
          head = next[head - 1] as number;
        }
      }
    },
  };
}

function report(numbers: readonly number[], found: (number: number) => void): void {
  for (const number of numbers) found(number);
}

function countGrams(texts: readonly string[], common: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (text: string, weight: number): void => {
    let gram = 0;
    for (let i = 0; i < text.length; i++) {
      gram = shift(gram, text.charCodeAt(i));
      if (i >= gramLength - 1) counts.set(gram, (counts.get(gram) ?? 0) + weight);
    }
  };
  for (const text of texts) add(text, 1);
  for (const text of common) add(text, texts.length);
  return counts;
}

function rarestGram(text: string, counts: ReadonlyMap<number, number>): { gram: number; end: number } {
  let gram = 0;
  let rarest = { gram, end: 0 };
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < text.length; i++) {
    gram = shift(gram, text.charCodeAt(i));
    const count = i < gramLength - 1 ? Number.POSITIVE_INFINITY : (counts.get(gram) ?? 0);
    if (count < fewest) {
      rarest = { gram, end: i };
      fewest = count;
    }
  }
  return rarest;
}
