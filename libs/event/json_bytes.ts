/** JSON's characters (RFC 8259), as bytes. */
export const [quote, backslash, comma, colon, dot, zero, nine] = [34, 92, 44, 58, 46, 48, 57] as const;
export const [openObject, closeObject, openArray, closeArray] = [123, 125, 91, 93] as const;
export const [newline, space] = [10, 32] as const;
const [tab, carriageReturn] = [9, 13];
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const escapedSurrogate = /\\u[dD][89a-fA-F]/;
const isPlain = Array.from({ length: 256 }, (_, byte) => /[-+.\w]/.test(String.fromCharCode(byte)));

/** Thrown at a document that `JSON.parse` has to look at: not well formed, or with broken Unicode. */
export const unusual = new Error('The document is not as Tidewatch writes it.');

/** Where the next token begins. */
export function afterBlank(bytes: Uint8Array, start: number): number {
  let place = start;
  for (let byte = bytes[place] as number; byte <= space; byte = bytes[++place] as number)
    if (byte !== space && byte !== newline && byte !== carriageReturn && byte !== tab) throw unusual;
  return place;
}

/** Where the quote stands that ends a string, which begins at `start`. */
export function closingQuote(bytes: Uint8Array, start: number): number {
  let place = start;
  for (; bytes[place] !== quote; place++) {
    if (bytes[place] === undefined) throw unusual;
    if (bytes[place] === backslash) place++;
  }
  return place;
}

/** What an escape's character stands for; nought where it is not one character. */
export const escapes = new Uint8Array(256);
for (const [i, character] of [...'"\\/bfnrt'].entries())
  escapes[character.charCodeAt(0)] = '"\\/\b\f\n\r\t'.charCodeAt(i);

/**
 * Writes what stands between two quotes into `heap` from `at` on, and answers where it ends. Undefined where the string
 * has escapes by number, or is none: {@link stringBetween} tells. It takes no more room than it has in JSON.
 */
export function writeUnescaped(
  bytes: Uint8Array,
  start: number,
  end: number,
  heap: Uint8Array,
  at: number,
): number | undefined {
  let used = at;
  for (let place = start; place < end; place++) {
    let byte = bytes[place] as number;
    if (byte < space) return undefined;
    if (byte === backslash) {
      byte = escapes[bytes[++place] as number] as number;
      if (byte === 0) return undefined;
    }
    heap[used++] = byte;
  }
  return used;
}

/** The string between two quotes. */
export function stringBetween(bytes: Uint8Array, start: number, end: number): string {
  const text = jsonText(bytes, start, end);
  if (/\p{Surrogate}/u.test(text)) throw unusual;
  return text;
}

/** As {@link stringBetween}, with whatever letters. */
export const jsonText = (bytes: Uint8Array, start: number, end: number): string =>
  JSON.parse(`"${textBetween(bytes, start, end)}"`) as string;

/** Where an array ends that nobody looks into. */
export function afterArray(bytes: Uint8Array, start: number): number {
  let level = 0;
  let place = start;
  do {
    const byte = bytes[place];
    if (byte === undefined) throw unusual;
    if (byte === quote) place = closingQuote(bytes, place + 1);
    else if (byte === openArray) level++;
    else if (byte === closeArray) level--;
    place++;
  } while (level > 0);
  const json = textBetween(bytes, start, place);
  JSON.parse(json);
  if (escapedSurrogate.test(json)) throw unusual;
  return place;
}

/** A number or literal: its value, and its length. */
export function plainValue(
  bytes: Uint8Array,
  start: number,
): { readonly value: number | boolean | null; readonly length: number } {
  let end = start;
  while (isPlain[bytes[end] as number] === true) end++;
  const text = textBetween(bytes, start, end);
  if (text === 'null') return { value: null, length: 4 };
  if (text === 'true' || text === 'false') return { value: text === 'true', length: text.length };
  if (!jsonNumber.test(text)) throw unusual;
  return { value: Number(text), length: text.length };
}

export const textBetween = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();

/** 1 for those of a string's bytes that are its letters. */
export const isOrdinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= space && byte < 128 && byte !== quote && byte !== backslash ? 1 : 0,
);

/**
 * Whether four bytes at once are ordinary: one that is less than another, or equal to it, leaves its highest bit (Mycroft's
 * test for a zero byte; it may take the byte before such a one for another, which is then looked at by itself).
 */
export function areOrdinary(four: number): boolean {
  const quotes = four ^ 0x22222222;
  const backslashes = four ^ 0x5c5c5c5c;
  const found =
    ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes) |
    ((four - 0x20202020) & ~four) |
    four;
  return (found & 0x80808080) === 0;
}
