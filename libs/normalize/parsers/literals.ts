/** Finds which of many texts may stand in a line, without looking for each. */
export interface LiteralIndex<T> {
  /** Calls for every text whose rarest-looking three characters the line has: the caller makes sure of the rest. */
  readonly visit: (line: string, found: (value: T) => void) => void;
}

/** Characters of a line that are looked at: what tells lines apart stands near their beginning. */
const window = 4_096;
const gramLength = 3;

/**
 * Files each text under three of its characters, those that fewest others are filed under, and looks each three of a
 * line up in a small table first, where most end.
 *
 * @param texts of at least three characters
 */
export function createLiteralIndex<T>(
  texts: readonly (readonly [text: string, value: T])[],
): LiteralIndex<T> {
  if (texts.length === 0) return { visit: () => {} };
  const filed = new Map<number, T[]>();
  const table = new Uint8Array(4_096);
  for (const [text, value] of texts) {
    const grams = gramsOf(text);
    const fewest = grams.reduce((best, gram) => (score(filed, gram) < score(filed, best) ? gram : best));
    const values = filed.get(fewest);
    if (values === undefined) filed.set(fewest, [value]);
    else values.push(value);
    table[slot(fewest)] = 1;
  }
  return {
    visit(line, found) {
      const end = Math.min(line.length, window) - gramLength + 1;
      let gram = ((line.charCodeAt(0) & 0xff) << 8) | (line.charCodeAt(1) & 0xff);
      for (let i = 0; i < end; i++) {
        gram = ((gram & 0xffff) << 8) | (line.charCodeAt(i + 2) & 0xff);
        if (table[slot(gram)] === 1) filed.get(gram)?.forEach(found);
      }
    },
  };
}

const slot = (gram: number): number => (Math.imul(gram, 0x9e3779b1) >>> 20) & 4_095;

function gramsOf(text: string): number[] {
  const grams: number[] = [];
  for (let i = 0; i + gramLength <= text.length; i++)
    grams.push(
      ((text.charCodeAt(i) & 0xff) << 16) |
        ((text.charCodeAt(i + 1) & 0xff) << 8) |
        (text.charCodeAt(i + 2) & 0xff),
    );
  return grams;
}

/** Fewer others first, then the one with fewer letters: punctuation is rarer than words. */
function score<T>(filed: ReadonlyMap<number, T[]>, gram: number): number {
  const letters = [gram >> 16, (gram >> 8) & 0xff, gram & 0xff].filter(
    (code) => code >= 97 && code <= 122,
  ).length;
  return (filed.get(gram)?.length ?? 0) * 4 + letters;
}
