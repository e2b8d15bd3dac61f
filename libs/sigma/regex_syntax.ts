/** Longer than this a translated expression does not get by writing counted repetitions out. */
const outputLimit = 8_192;

export type RegexProblem =
  | { readonly kind: 'look_around' }
  | { readonly kind: 'back_reference' }
  | { readonly kind: 'invalid'; readonly cause: string };

/** Carries a problem from inside the expression to {@link translateSyntax}'s caller. */
export class RegexSyntaxError extends Error {
  readonly problem: RegexProblem;
  constructor(problem: RegexProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

const invalid = (cause: string): RegexSyntaxError => new RegexSyntaxError({ kind: 'invalid', cause });

interface Cursor {
  readonly pattern: string;
  readonly dotAll: boolean;
  at: number;
  /** Whether a counted repetition was too long to be written out. */
  counted: boolean;
  /** Whether a repetition stands inside another, or a choice inside a repetition. */
  nested: boolean;
}

/** A translated piece, and whether it can match in more than one way. */
interface Piece {
  readonly text: string;
  readonly varies: boolean;
}

/**
 * Rewrites an expression so that V8's linear-time engine can run it: no captures, letters of either case as classes
 * instead of the flag `i`, counted repetitions written out. The dot means all but line feed, as in PCRE.
 *
 * @throws RegexSyntaxError
 */
export function translateSyntax(pattern: string, ignoreCase: boolean, dotAll: boolean): string {
  const cursor: Cursor = { pattern, dotAll, at: 0, counted: false, nested: false };
  const { text } = alternation(cursor, ignoreCase);
  if (cursor.at < pattern.length) throw invalid('a closing parenthesis has no opening one');
  if (cursor.counted && cursor.nested) {
    throw invalid('it counts high and repeats a repetition, which can take time without bounds');
  }
  return text;
}

function alternation(cursor: Cursor, ignoreCase: boolean): Piece {
  const branches = [sequence(cursor, ignoreCase)];
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at++;
    branches.push(sequence(cursor, ignoreCase));
  }
  return {
    text: branches.map(({ text }) => text).join('|'),
    varies: branches.length > 1 || branches.some(({ varies }) => varies),
  };
}

function sequence(cursor: Cursor, ignoreCase: boolean): Piece {
  let text = '';
  let varies = false;
  while (cursor.at < cursor.pattern.length && !'|)'.includes(cursor.pattern[cursor.at] as string)) {
    const piece = quantified(cursor, atom(cursor, ignoreCase));
    text += piece.text;
    varies ||= piece.varies;
  }
  return { text, varies };
}

function atom(cursor: Cursor, ignoreCase: boolean): Piece {
  const char = cursor.pattern[cursor.at] as string;
  if (char === '(') return group(cursor, ignoreCase);
  if ('*+?'.includes(char)) throw invalid(`there is nothing for ${char} to repeat`);
  if (char === '[') return { text: characterClass(cursor, ignoreCase), varies: false };
  if (char === '\\') {
    const { text, letter } = readEscape(cursor, false);
    return { text: letter !== null && ignoreCase ? `[${text}${otherCase(letter)}]` : text, varies: false };
  }
  cursor.at++;
  if (char === '.') return { text: cursor.dotAll ? '.' : '[^\\n]', varies: false };
  if (char === '{' || char === '}' || char === ']') return { text: `\\${char}`, varies: false };
  const other = ignoreCase ? otherCase(char) : '';
  return { text: other === '' ? char : `[${char}${other}]`, varies: false };
}

function group(cursor: Cursor, ignoreCase: boolean): Piece {
  const opening = /^\((?:\?(?:P?<(?![=!])[^>]*>|:|i:))?/.exec(cursor.pattern.slice(cursor.at))?.[0] as string;
  if (opening === '(' && cursor.pattern[cursor.at + 1] === '?') {
    const kind = cursor.pattern.slice(cursor.at, cursor.at + 4);
    if (/^\(\?<?[=!]/.test(kind)) throw new RegexSyntaxError({ kind: 'look_around' });
    if (/^\(\?P[=>]/.test(kind)) throw new RegexSyntaxError({ kind: 'back_reference' });
    throw invalid(`the group ${kind.slice(0, 3)} is not supported`);
  }
  cursor.at += opening.length;
  const { text, varies } = alternation(cursor, ignoreCase || opening === '(?i:');
  if (cursor.pattern[cursor.at] !== ')') throw invalid('a parenthesis is not closed');
  cursor.at++;
  return { text: `(?:${text})`, varies };
}

function quantified(cursor: Cursor, piece: Piece): Piece {
  const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(cursor.pattern.slice(cursor.at, cursor.at + 24));
  if (match === null) return piece;
  cursor.at += match[0].length;
  const after = cursor.pattern[cursor.at];
  if (after === '+') throw invalid('possessive repetition is not supported');
  const lazy = after === '?' ? '?' : '';
  if (lazy !== '') cursor.at++;
  const least = match[1] === undefined ? (match[0] === '+' ? 1 : 0) : Number(match[1]);
  const most = mostOf(match, least);
  if (most < least) throw invalid(`${match[0]} counts backwards`);
  if (piece.varies && most > 1) cursor.nested = true;
  const varies = piece.varies || most !== least;
  if (match[1] === undefined) return { text: `${piece.text}${match[0]}${lazy}`, varies };
  const copies = Number.isFinite(most) ? most : least + 1;
  if (copies * (piece.text.length + 5) > outputLimit) {
    cursor.counted = true;
    return { text: `${piece.text}${match[0]}${lazy}`, varies };
  }
  return { text: writeOut(piece.text, least, most, lazy), varies };
}

function mostOf([whole, least, comma, most]: RegExpExecArray, given: number): number {
  if (least === undefined) return whole === '?' ? 1 : Number.POSITIVE_INFINITY;
  if (comma === '') return given;
  return most === '' ? Number.POSITIVE_INFINITY : Number(most);
}

/** `x{2,4}` as `xx(?:x(?:x)?)?`. */
function writeOut(text: string, least: number, most: number, lazy: string): string {
  const fixed = text.repeat(least);
  if (!Number.isFinite(most)) return `${fixed}${text}*${lazy}`;
  const optional = most - least;
  return `(?:${fixed}${`(?:${text}`.repeat(optional)}${`)?${lazy}`.repeat(optional)})`;
}

function characterClass(cursor: Cursor, ignoreCase: boolean): string {
  cursor.at++;
  let text = '[';
  if (cursor.pattern[cursor.at] === '^') {
    text += '^';
    cursor.at++;
  }
  // A bracket at the beginning of a class is a member in PCRE, and the end in JavaScript.
  for (let first = true; first || cursor.pattern[cursor.at] !== ']'; first = false) {
    const low = classMember(cursor);
    const ranges = cursor.pattern[cursor.at] === '-' && !']'.includes(cursor.pattern[cursor.at + 1] ?? ']');
    if (low.letter === null || !ranges) {
      text += low.text + (ignoreCase && low.letter !== null ? otherCase(low.letter) : '');
      continue;
    }
    cursor.at++;
    const high = classMember(cursor);
    if (high.letter === null) text += `${low.text}\\-${high.text}`;
    else text += `${low.text}-${high.text}${ignoreCase ? otherCaseOfRange(low.letter, high.letter) : ''}`;
  }
  cursor.at++;
  return `${text}]`;
}

/** `letter` is the one character that is meant; null where it is several, as in `\d`. */
interface Member {
  readonly text: string;
  readonly letter: string | null;
}

function classMember(cursor: Cursor): Member {
  const char = cursor.pattern[cursor.at];
  if (char === undefined) throw invalid('a bracket is not closed');
  if (char === '\\') return readEscape(cursor, true);
  if (char === '[' && /^\[[:.=]/.test(cursor.pattern.slice(cursor.at, cursor.at + 2))) {
    throw invalid('POSIX character classes are not supported');
  }
  cursor.at++;
  return { text: '[]^-'.includes(char) ? `\\${char}` : char, letter: char };
}

function readEscape(cursor: Cursor, inClass: boolean): Member {
  const rest = cursor.pattern.slice(cursor.at + 1, cursor.at + 6);
  const [next] = rest;
  if (next === undefined) throw invalid('it ends in a backslash');
  const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(rest);
  if (hex !== null) {
    cursor.at += 1 + hex[0].length;
    return {
      text: `\\${hex[0]}`,
      letter: String.fromCharCode(Number.parseInt((hex[1] ?? hex[2]) as string, 16)),
    };
  }
  if (!inClass && /[1-9kg]/.test(next)) throw new RegexSyntaxError({ kind: 'back_reference' });
  if (/[a-zA-Z0-9]/.test(next)) {
    const known = inClass ? 'bdDsSwWtnrfv0' : 'bBdDsSwWtnrfv0';
    if (!known.includes(next) || /^0\d/.test(rest)) throw invalid(`the escape \\${next} is not supported`);
  }
  cursor.at += 2;
  return {
    text: `\\${next}`,
    letter: /[bBdDsSwW]/.test(next) ? null : 'tnrfv0'.includes(next) ? '\0' : next,
  };
}

/** The same letter in the other case; empty where there is none of one UTF-16 unit. */
function otherCase(letter: string): string {
  const lower = letter.toLowerCase();
  const other = lower === letter ? letter.toUpperCase() : lower;
  return other !== letter && other.length === 1 ? other : '';
}

function otherCaseOfRange(low: string, high: string): string {
  const part = (from: string, to: string, change: (letter: string) => string): string => {
    const start = low > from ? low : from;
    const end = high < to ? high : to;
    return start <= end ? `${change(start)}-${change(end)}` : '';
  };
  return part('a', 'z', (letter) => letter.toUpperCase()) + part('A', 'Z', (letter) => letter.toLowerCase());
}
