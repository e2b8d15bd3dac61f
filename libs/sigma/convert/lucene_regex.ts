import { dashes, type Token, wild } from '../pattern.ts';

/** Longer regular expressions a cluster refuses (`index.max_regex_length`). */
export const regexLimit = 1_000;

export type LuceneRegex =
  | { readonly ok: true; readonly source: string }
  | { readonly ok: false; readonly feature: string };

/** A literal in Lucene's syntax: whatever is no letter and no digit may mean something there. */
export const escapeRegex = (text: string): string => text.replace(/[^\p{L}\p{N}_\s]/gu, '\\$&');

/** Forms of a character that Sigma holds equal. */
export function caseVariants(char: string): readonly string[] {
  const variants = [char, char.toLowerCase(), char.toUpperCase()];
  return [...new Set(variants.filter((each) => each.length === char.length))];
}

/** With more optional parts, Lucene may spend more than its usual 10,000 steps; with many more, beyond any bound. */
export const partsByDefault = 8;
export const partsAtMost = 32;

/** How many optional parts a repetition of an expression is written out to, or how high it counts, at most. */
export const optionalParts = (source: string): number =>
  Math.max(
    0,
    ...[...source.matchAll(/(?:\)\?)+/g)].map(([run]) => run.length / 2),
    ...[...source.matchAll(/(?<!\\)\{(\d+)/g)].map(([, count]) => Number(count)),
  );

/** Lucene ignores the case of ASCII's letters only; others must be written out. */
export const foldsBeyondAscii = (tokens: readonly Token[]): boolean =>
  tokens.some(
    (token) =>
      typeof token === 'string' &&
      [...token].some((char) => char > '\u007f' && caseVariants(char).length > 1),
  );

/** Tokens of a Sigma string as an expression for the whole value. */
export function regexOfTokens(tokens: readonly Token[], letters: 'as written' | 'either case'): string {
  return tokens
    .map((token) => {
      if (token === wild.many) return '.*';
      if (token === wild.one) return '.';
      if (token === wild.dash) return `[${[...dashes].map(escapeRegex).join('')}]`;
      if (letters === 'as written') return escapeRegex(token);
      return [...token]
        .map((char) => {
          const variants = caseVariants(char);
          return variants.length === 1 ? escapeRegex(char) : `[${variants.join('')}]`;
        })
        .join('');
    })
    .join('');
}

class Unsupported extends Error {}

interface Cursor {
  readonly source: string;
  readonly multiline: boolean;
  at: number;
  depth: number;
}

/**
 * Translates an expression as the engine has it (JavaScript's syntax, as `translateRegex` writes it) into Lucene's, in
 * which an expression means the whole value, and neither anchors, word boundaries nor lazy repetition exist.
 *
 * @param flags of the expression: `m`, `s`
 */
export function toLuceneRegex(source: string, flags: string): LuceneRegex {
  const cursor: Cursor = { source, multiline: flags.includes('m'), at: 0, depth: 0 };
  try {
    const text = branches(cursor, flags.includes('s')).join('|');
    return { ok: true, source: text };
  } catch (error) {
    if (error instanceof Unsupported) return { ok: false, feature: error.message };
    throw error;
  }
}

/** The alternatives of the whole expression; each is anchored, or finds its text anywhere. */
function branches(cursor: Cursor, dotAll: boolean): string[] {
  const found: string[] = [];
  do {
    if (cursor.at > 0) cursor.at++;
    const start = cursor.source[cursor.at] === '^';
    if (start) anchor(cursor, 'the anchor ^ for lines');
    const text = sequence(cursor, dotAll);
    const end = cursor.source[cursor.at] === '$';
    if (end) anchor(cursor, 'the anchor $ for lines');
    if (!['|', undefined].includes(cursor.source[cursor.at])) throw new Unsupported('an anchor inside');
    found.push(`${start ? '' : '.*'}${wrapped(text)}${end ? '' : '.*'}`);
  } while (cursor.at < cursor.source.length);
  return found;
}

function anchor(cursor: Cursor, feature: string): void {
  if (cursor.multiline) throw new Unsupported(feature);
  cursor.at++;
}

/** Without a group, nothing at all would be no expression. */
const wrapped = (text: string): string => (text === '' ? '()' : text);

function sequence(cursor: Cursor, dotAll: boolean): string {
  let text = '';
  for (let char = cursor.source[cursor.at]; char !== undefined; char = cursor.source[cursor.at]) {
    if (char === '|' || char === ')') break;
    if (char === '^') throw new Unsupported('an anchor inside');
    if (char === '$') {
      if (cursor.depth > 0) throw new Unsupported('an anchor inside a group');
      break;
    }
    text += atom(cursor, dotAll) + repetition(cursor);
  }
  return text;
}

function repetition(cursor: Cursor): string {
  const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(cursor.source.slice(cursor.at, cursor.at + 24));
  if (match === null) return '';
  cursor.at += match[0].length;
  // Lazy or not, the same values match.
  if (cursor.source[cursor.at] === '?') cursor.at++;
  return match[0];
}

function atom(cursor: Cursor, dotAll: boolean): string {
  const char = cursor.source[cursor.at] as string;
  if (char === '(') return group(cursor, dotAll);
  if (char === '[') return characterClass(cursor);
  if (char === '.') {
    cursor.at++;
    return dotAll ? '.' : '[^\n]';
  }
  if (char !== '\\') {
    cursor.at++;
    return escapeRegex(char);
  }
  const { set, complement } = readEscape(cursor);
  return complement ? `[^${set}]` : set.length > 2 ? `[${set}]` : set;
}

function group(cursor: Cursor, dotAll: boolean): string {
  cursor.at += cursor.source.startsWith('(?:', cursor.at) ? 3 : 1;
  cursor.depth++;
  const alternatives = [sequence(cursor, dotAll)];
  while (cursor.source[cursor.at] === '|') {
    cursor.at++;
    alternatives.push(sequence(cursor, dotAll));
  }
  cursor.at++;
  cursor.depth--;
  // An empty alternative is written as an optional group.
  const filled = alternatives.filter((each) => each !== '');
  if (filled.length === 0) return '()';
  return filled.length < alternatives.length ? `(${filled.join('|')})?` : `(${filled.join('|')})`;
}

/** Members of a set in Lucene's syntax, or all but these. */
interface Escaped {
  readonly set: string;
  readonly complement: boolean;
}

const digits = '0-9';
const wordCharacters = 'A-Za-z0-9_';
const spaces = '\t\n\u000b\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const control: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  f: '\f',
  v: '\u000b',
  '0': '\0',
};
const sets: Readonly<Record<string, string>> = { d: digits, w: wordCharacters, s: spaces };

function readEscape(cursor: Cursor): Escaped {
  const rest = cursor.source.slice(cursor.at + 1, cursor.at + 6);
  const next = rest[0] as string;
  const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4}))/.exec(rest);
  cursor.at += 1 + (hex?.[0].length ?? 1);
  if (hex !== null) {
    const char = String.fromCharCode(Number.parseInt((hex[1] ?? hex[2]) as string, 16));
    return { set: escapeRegex(char), complement: false };
  }
  if (next === 'b' || next === 'B') throw new Unsupported(`the word boundary \\${next}`);
  const set = sets[next.toLowerCase()];
  if (set !== undefined && /[a-z]/i.test(next)) return { set, complement: next !== next.toLowerCase() };
  return { set: control[next] ?? escapeRegex(next), complement: false };
}

function characterClass(cursor: Cursor): string {
  cursor.at++;
  const negated = cursor.source[cursor.at] === '^';
  if (negated) cursor.at++;
  let members = '';
  const complements: string[] = [];
  while (cursor.source[cursor.at] !== ']') {
    const char = cursor.source[cursor.at] as string;
    if (char === '\\') {
      if (/^\\b/.test(cursor.source.slice(cursor.at, cursor.at + 2))) {
        throw new Unsupported('the backspace \\b');
      }
      const { set, complement } = readEscape(cursor);
      if (complement) complements.push(set);
      else members += set;
    } else {
      cursor.at++;
      // Unescaped, a dash is between the ends of a range; the translation escapes the others.
      members += char === '-' ? '-' : escapeRegex(char);
    }
  }
  cursor.at++;
  if (complements.length === 0)
    return members === '' ? anything(negated) : `[${negated ? '^' : ''}${members}]`;
  if (negated) {
    if (members === '' && complements.length === 1) return `[${complements[0]}]`;
    throw new Unsupported('a negated class of negated classes');
  }
  const parts = [...(members === '' ? [] : [`[${members}]`]), ...complements.map((set) => `[^${set}]`)];
  return `(${parts.join('|')})`;
}

function anything(negated: boolean): string {
  if (negated) return '.';
  throw new Unsupported('an empty class');
}
