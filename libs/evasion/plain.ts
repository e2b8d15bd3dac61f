import { isBase64, lineLimit, mayBeText, recodedFrom } from './canonical.ts';

const code = (letter: string): number => letter.charCodeAt(0);
/** What a letter asks for: nothing, to be left out, or that the line is read in full. */
const kept = 0;
const dropped = 1;
const dot = 2;
const special = 3;
const kinds = new Uint8Array(128);
for (const letter of '"\'`^') kinds[code(letter)] = dropped;
for (const letter of '%$!') kinds[code(letter)] = special;
kinds[code('.')] = dot;
const base64 = Uint8Array.from({ length: 128 }, (_, i) => (isBase64(i) ? 1 : 0));
const lower = Uint8Array.from({ length: 128 }, (_, i) => code(String.fromCharCode(i).toLowerCase()));

const isQuote = (letter: number): boolean => letter === 0x22 || letter === 0x27;
const isSpace = (letter: number): boolean => letter === 0x20 || (letter >= 9 && letter <= 13);

/**
 * Writes the canonical text of a line that has nothing to expand, as UTF-16 units, in one pass: of most lines. Returns how many they
 * are, and -1 for a line that needs `canonical`.
 *
 * @param units at least `lineLimit` of them
 */
export function plainInto(line: string, units: Uint16Array): number {
  const length = Math.min(line.length, lineLimit);
  let written = 0;
  let run = 0;
  for (let i = 0; i < length; i++) {
    const letter = line.charCodeAt(i);
    if (letter > 0x7f) return -1;
    if (base64[letter] === 1) run++;
    else {
      if (run >= recodedFrom && mayBeText(line, i - run, i)) return -1;
      run = 0;
      const kind = kinds[letter];
      if (kind !== kept) {
        if (kind === special) return -1;
        if (kind === dropped) {
          if (isQuote(letter)) i = afterJoint(line, i, length);
          continue;
        }
        if (written > 0 && units[written - 1] === letter) return -1;
      }
    }
    units[written++] = lower[letter] as number;
  }
  return run >= recodedFrom && mayBeText(line, length - run, length) ? -1 : written;
}

/** The last place of two texts' joint, `' + '`, that begins with a quote; the quote's own where it is none. */
function afterJoint(line: string, quote: number, length: number): number {
  let at = quote + 1;
  if (at < length && isSpace(line.charCodeAt(at))) at++;
  if (line[at] !== '+') return quote;
  at++;
  if (at < length && isSpace(line.charCodeAt(at))) at++;
  return at < length && isQuote(line.charCodeAt(at)) ? at : quote;
}
