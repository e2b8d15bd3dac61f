import { letter } from './words.ts';

/** Finds values that an event holds elsewhere, as whole words in any case. */
export interface KnownValues {
  /** The text with each of them replaced; undefined where looking would take too long, which only a made-up text does. */
  readonly replace: (text: string, replace: (value: string) => string) => string | undefined;
}

/** Left of a text in which to look for known values would take too long, and of a value beyond the most of an event. */
export const withheld = '[withheld]';
/** Values of one event that get pseudonyms: each is sealed, and 1 MiB of made-up ones would take half a minute. */
export const mostValues = 2_000;

/** Shorter ones are parts of too many words. */
const leastKnown = 3;
export const longestKnown = 1_024;
/** To look for so many one by one is quicker than to look at each word. */
const few = 16;
/** Characters that are compared in the texts of one event: some 50 ms. */
const mostCompared = 1_000_000;

interface Match {
  readonly at: number;
  readonly length: number;
}
/** The first match from a position on, the longest of those that begin there; `too_long` where looking would take so. */
type FindNext = (from: number) => Match | 'too_long' | undefined;

/** Undefined where no value is worth looking for. */
export function knownValues(values: Iterable<string>): KnownValues | undefined {
  const wanted: string[] = [];
  for (const value of values)
    if (value.length >= leastKnown && value.length <= longestKnown) wanted.push(lowerCase(value));
  if (wanted.length === 0) return undefined;
  const finderIn = wanted.length <= few ? oneByOne(wanted) : byFirstWord(wanted);
  return {
    replace(text, replace) {
      const find = finderIn(lowerCase(text));
      let out = '';
      let done = 0;
      for (;;) {
        const match = find(done);
        if (match === 'too_long') return undefined;
        if (match === undefined) return done === 0 ? text : out + text.slice(done);
        const end = match.at + match.length;
        out += text.slice(done, match.at) + replace(text.slice(match.at, end));
        done = end;
      }
    },
  };
}

function oneByOne(values: readonly string[]): (lower: string) => FindNext {
  let compared = 0;

  /** Each place within a longer word costs the value's length, and they may overlap. */
  function wordAt(lower: string, value: string, from: number): number {
    let at = lower.indexOf(value, from);
    while (at !== -1 && compared <= mostCompared && !isWord(lower, at, at + value.length)) {
      compared += value.length;
      at = lower.indexOf(value, at + 1);
    }
    return at;
  }

  return (lower) => {
    // Where each stands next, so that no part of the text is looked at again for it.
    const places = values.map((value) => wordAt(lower, value, 0));
    return (from) => {
      let first: Match | undefined;
      for (let i = 0; i < values.length; i++) {
        let at = places[i] as number;
        if (at === -1) continue;
        const value = values[i] as string;
        if (at < from) {
          at = wordAt(lower, value, from);
          places[i] = at;
          if (at === -1) continue;
        }
        if (first === undefined || at < first.at || (at === first.at && value.length > first.length))
          first = { at, length: value.length };
      }
      return compared > mostCompared ? 'too_long' : first;
    };
  };
}

const run = new RegExp(`%[\\da-f]{2}|[${letter}]+|[^${letter}]`, 'y');

function byFirstWord(values: readonly string[]): (lower: string) => FindNext {
  const byWord = new Map<string, { readonly values: Set<string>; readonly lengths: Set<number> }>();
  for (const value of values) {
    const word = runAt(value, 0);
    const known = byWord.get(word) ?? { values: new Set(), lengths: new Set() };
    byWord.set(word, known);
    known.values.add(value);
    known.lengths.add(value.length);
  }
  const candidates = new Map(
    [...byWord].map(([word, known]) => [
      word,
      { values: known.values, lengths: [...known.lengths].sort((a, b) => b - a) },
    ]),
  );
  let compared = 0;

  return (lower) => (from) => {
    for (let at = from; at < lower.length; ) {
      const word = runAt(lower, at);
      const known = candidates.get(word);
      for (const length of known?.lengths ?? []) {
        if (++compared > mostCompared) return 'too_long';
        if (at + length > lower.length || !isWord(lower, at, at + length)) continue;
        compared += length;
        if (known?.values.has(lower.slice(at, at + length))) return { at, length };
      }
      at += word.length;
    }
    return undefined;
  };
}

/** The word that begins at a position, or the sign there. */
function runAt(text: string, at: number): string {
  run.lastIndex = at;
  return run.exec(text)?.[0] ?? '';
}

const isWord = (text: string, from: number, to: number): boolean =>
  (!isLetter(text, from - 1) || endsEscape(text, from)) && !isLetter(text, to);

/** Whether `%20`, `\\n` or their like ends there, whose letters belong to no word. */
const endsEscape = (text: string, at: number): boolean =>
  (text.charAt(at - 3) === '%' && /^[\da-f]{2}$/.test(text.slice(at - 2, at))) ||
  (text.charAt(at - 2) === '\\' && 'nrt'.includes(text.charAt(at - 1)));

const letterBeyondAscii = new RegExp(`[${letter}]`);

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code >= 128) return letterBeyondAscii.test(text.charAt(at));
  return (
    (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
  );
}

/** In lower case, with each character at its place: a few have two for one. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return [...text]
    .map((sign) => (sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign))
    .join('');
}
