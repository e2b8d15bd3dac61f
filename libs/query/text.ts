/**
 * Lower case, character by character, as DuckDB's `lower` does it: no final sigma, dotted capital I to i. So the
 * predicate and SQL agree on every letter.
 */
export function fold(text: string): string {
  return text.replaceAll('Σ', 'σ').replaceAll('İ', 'i').toLowerCase();
}

const wordAtStart = /^[\p{L}\p{N}_]/u;
const wordAtEnd = /[\p{L}\p{N}_]$/u;

export const startsWithWord = (text: string): boolean => wordAtStart.test(text);
export const endsWithWord = (text: string): boolean => wordAtEnd.test(text);

/** Two UTF-16 units hold the whole character beside a position. */
const freeBefore = (text: string, at: number): boolean =>
  !wordAtEnd.test(text.slice(Math.max(0, at - 2), at));
const freeAfter = (text: string, at: number): boolean => !wordAtStart.test(text.slice(at, at + 2));

/** Whether the pattern's parts come one after the other and fill the text. Linear in the text for every part. */
export function matchesWildcard(text: string, parts: readonly string[]): boolean {
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  if (parts.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] as string;
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/**
 * Whether the parts occur in the text in order, the first beginning and the last ending at the edge of a word. An
 * edge of the pattern that is no letter, digit or underscore (or is a star) may stand anywhere.
 */
export function containsWords(text: string, parts: readonly string[]): boolean {
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  const boundStart = startsWithWord(first);
  const boundEnd = endsWithWord(last);
  if (parts.length === 1) return findBound(text, first, 0, boundStart, boundEnd) >= 0;
  let at = findBound(text, first, 0, boundStart, false);
  if (at < 0) return false;
  at += first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] as string;
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return findBound(text, last, at, false, boundEnd) >= 0;
}

function findBound(text: string, part: string, from: number, boundStart: boolean, boundEnd: boolean): number {
  if (part === '') return from;
  for (let at = text.indexOf(part, from); at >= 0; at = text.indexOf(part, at + 1)) {
    if ((!boundStart || freeBefore(text, at)) && (!boundEnd || freeAfter(text, at + part.length))) return at;
  }
  return -1;
}

/** Order by code points, which is also the order of UTF-8 bytes that DuckDB sorts by. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for characters above all others of 16 bits.
    const high = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? 1 : 0);
    return high(x) - high(y) || x - y;
  }
  return a.length - b.length;
}

/** Regexes look at this many characters of a value, so that no value makes one slow. */
export const regexReach = 8192;

export function reach(text: string): string {
  return text.length <= regexReach
    ? text
    : Array.from(text.slice(0, 2 * regexReach))
        .slice(0, regexReach)
        .join('');
}
