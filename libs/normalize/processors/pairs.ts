/** How pairs of names and values are written. */
export interface PairSyntax {
  /** Between pairs. */
  readonly pair: string;
  /** Between name and value. */
  readonly value: string;
  /** Whether values in `"…"` or `'…'` may hold what is else between pairs. */
  readonly quotes: boolean;
}

/** Pairs of one text that are read. */
export const maxPairs = 2_000;

/**
 * Reads pairs, one after the other, in time linear to the text. A piece without what stands between name and value is
 * passed over, or told with `undefined`.
 */
export function readPairs(
  text: string,
  { pair, value: between, quotes }: PairSyntax,
  found: (name: string, value: string | undefined) => void,
): void {
  let at = 0;
  let middle = -1;
  for (let count = 0; count < maxPairs && at < text.length; ) {
    if (text.startsWith(pair, at)) {
      at += pair.length;
      continue;
    }
    if (middle < at) middle = text.indexOf(between, at);
    const pieceEnd = endOf(text, pair, at);
    count++;
    if (middle < 0 || middle >= pieceEnd) {
      found(text.slice(at, pieceEnd), undefined);
      if (middle < 0) middle = text.length;
      at = pieceEnd + pair.length;
      continue;
    }
    const name = text.slice(at, middle);
    const start = middle + between.length;
    const quoted = quotes ? readQuoted(text, start) : undefined;
    const end = quoted?.end ?? endOf(text, pair, start);
    found(name, quoted?.value ?? text.slice(start, end));
    at = end;
  }
}

function endOf(text: string, pair: string, from: number): number {
  const end = text.indexOf(pair, from);
  return end < 0 ? text.length : end;
}

const double = 34;
const single = 39;
const backslash = 92;

/** The value in quotation marks that begin at a place; undefined where none begins there or it has no end. */
function readQuoted(text: string, start: number): { value: string; end: number } | undefined {
  const mark = text.charCodeAt(start);
  if (mark !== double && mark !== single) return undefined;
  let escapes = false;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) {
      escapes = true;
      at++;
    } else if (code === mark) {
      const value = text.slice(start + 1, at);
      return { value: escapes ? value.replace(/\\(["'\\])/g, '$1') : value, end: at + 1 };
    }
  }
  return undefined;
}
