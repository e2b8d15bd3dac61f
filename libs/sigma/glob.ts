import { dashes, type Token, wild } from './pattern.ts';

/** Start and end (exclusive), in UTF-16 units, of what matched. */
export type Span = readonly [start: number, end: number];

/** A pattern of text, ready to run. The text must be folded when the pattern is. */
export interface TextMatcher {
  readonly test: (text: string) => boolean;
  /** What the literal parts matched, for explanations; null where the text does not match. */
  readonly find: (text: string) => readonly Span[] | null;
}

/**
 * Compiles the tokens of a Sigma string. The whole text must match, a wildcard spans line ends, and `?` is one
 * Unicode character. Time is linear in the text for each piece between two `*`, since the leftmost place of a piece
 * leaves the most room for the next.
 */
export function compileText(tokens: readonly Token[]): TextMatcher {
  return { test: fastTest(tokens) ?? generalTest(tokens), find: everyPlace(tokens) ?? finder(tokens) };
}

/** More places than anyone reads. */
const mostPlaces = 64;

/** For what stands somewhere in the text: all its places, those that overlap as one. */
function everyPlace(tokens: readonly Token[]): ((text: string) => Span[] | null) | null {
  const piece = tokens.slice(1, -1);
  if (tokens[0] !== wild.many || tokens.at(-1) !== wild.many) return null;
  if (piece.length === 0 || piece.includes(wild.many)) return null;
  return (text) => {
    const spans: Span[] = [];
    for (let found = findFrom(piece, text, 0); found !== null; found = findFrom(piece, text, found[0] + 1)) {
      const last = spans.at(-1);
      if (last !== undefined && found[0] <= last[1]) spans[spans.length - 1] = [last[0], found[1]];
      else if (spans.length === mostPlaces) break;
      else spans.push(found);
    }
    return spans.length === 0 ? null : spans;
  };
}

/** Closures for the forms that nearly all values have. */
function fastTest(tokens: readonly Token[]): ((text: string) => boolean) | null {
  const [first, second, third] = tokens;
  if (tokens.length === 0) return (text) => text === '';
  if (tokens.length === 1) {
    if (typeof first === 'string') return (text) => text === first;
    if (first === wild.many) return () => true;
  }
  if (tokens.length === 2) {
    if (typeof first === 'string' && second === wild.many) return (text) => text.startsWith(first);
    if (first === wild.many && typeof second === 'string') return (text) => text.endsWith(second);
  }
  if (tokens.length === 3 && first === wild.many && typeof second === 'string' && third === wild.many) {
    return (text) => text.includes(second);
  }
  return null;
}

function generalTest(tokens: readonly Token[]): (text: string) => boolean {
  const find = finder(tokens);
  return (text) => find(text) !== null;
}

/** A stretch between two `*`: literals, `?` and dashes. */
type Piece = readonly Token[];

function finder(tokens: readonly Token[]): (text: string) => Span[] | null {
  const pieces: Piece[] = [];
  let piece: Token[] = [];
  for (const token of tokens) {
    if (token === wild.many) {
      pieces.push(piece);
      piece = [];
    } else piece.push(token);
  }
  pieces.push(piece);
  if (pieces.length === 1)
    return (text) => (matchAt(piece, text, 0) === text.length ? spanOf(0, text.length) : null);
  const head = pieces[0] as Piece;
  const middle = pieces.slice(1, -1).filter((each) => each.length > 0);
  const tail = pieces.at(-1) as Piece;
  return (text) => {
    let at = matchAt(head, text, 0);
    if (at < 0) return null;
    const spans = spanOf(0, at);
    for (const each of middle) {
      const found = findFrom(each, text, at);
      if (found === null) return null;
      spans.push(found);
      at = found[1];
    }
    if (tail.length === 0) return spans;
    const found = findAtEnd(tail, text, at);
    if (found === null) return null;
    spans.push(found);
    return spans;
  };
}

const spanOf = (start: number, end: number): Span[] => (end > start ? [[start, end]] : []);

/** Where the piece ends when it begins at `at`; -1 where it does not match there. */
function matchAt(piece: Piece, text: string, at: number): number {
  let end = at;
  for (const token of piece) {
    if (typeof token === 'string') {
      if (!text.startsWith(token, end)) return -1;
      end += token.length;
    } else if (end >= text.length) return -1;
    else if (token === wild.dash) {
      if (!dashes.includes(text[end] as string)) return -1;
      end++;
    } else end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  }
  return end;
}

function findFrom(piece: Piece, text: string, from: number): Span | null {
  const literal = typeof piece[0] === 'string' ? piece[0] : null;
  for (let at = from; at <= text.length; at++) {
    if (literal !== null) {
      at = text.indexOf(literal, at);
      if (at < 0) return null;
    }
    const end = matchAt(piece, text, at);
    if (end >= 0) return [at, end];
  }
  return null;
}

/** The piece with its end at the end of the text; `?` makes its width vary by the characters beyond U+FFFF. */
function findAtEnd(piece: Piece, text: string, from: number): Span | null {
  let shortest = 0;
  let longest = 0;
  for (const token of piece) {
    shortest += typeof token === 'string' ? token.length : 1;
    longest += typeof token === 'string' ? token.length : token === wild.one ? 2 : 1;
  }
  for (let width = shortest; width <= longest && text.length - width >= from; width++) {
    if (matchAt(piece, text, text.length - width) === text.length) return [text.length - width, text.length];
  }
  return null;
}
