import { isHostileKey } from '@tidewatch/event';
import {
  backslash,
  closeArray,
  closeObject,
  colon,
  comma,
  dot,
  escapes,
  isOrdinary,
  nine,
  openArray,
  openObject,
  quote,
  space,
  zero,
} from '@tidewatch/event/json_bytes';

const minus = 45;
const slash = 47;

/** Digits of numbers that doubles hold exactly, and of fractions and what stands before them. */
const maxDigits = 15;
const maxWhole = 9;
const maxFraction = 6;

/** A name that was met in an object, with what its reader knows of it. */
export interface KnownName {
  readonly name: string;
  /** As it nearly always stands: `"name":`; empty where it has other letters than those of ASCII. */
  readonly key: Uint8Array;
  /** Number of the object that it was met in last. */
  metIn: number;
}

/** A name without what its text was cut out of, which it would hold. */
export function knownName(name: string): KnownName {
  const key = JSON.stringify(name);
  const isAscii = /^[\x20-\x7f]*$/.test(key);
  return { name: key.slice(1, -1), key: Uint8Array.from(isAscii ? Buffer.from(`${key}:`) : []), metIn: 0 };
}

/**
 * The names of objects that stand at one place, in the order in which they were first met. Documents of one source have
 * the same names in the same order: each is compared with the one that came next before, and read only where it differs.
 */
export interface KnownObject<Name extends KnownName> {
  readonly names: Name[];
  /** Undefined where no more names are worth knowing. */
  readonly meet: (name: string) => Name | undefined;
}

/**
 * A place in a text of JSON, which moves on. What is read is well-formed, and more: no escapes by number, no dotted or
 * hostile names, none given twice, no blanks but spaces, and numbers that doubles hold. Methods answer false, undefined
 * or -1 where it is not that; then nothing more can be read.
 */
export class JsonText {
  readonly text: string;
  at = 0;
  /** Whether the string that was read last has escapes. */
  escaped = false;
  /** Of each character the byte, where it is one of ASCII's; another one else. */
  readonly #codes: Uint8Array;

  /** @param bytes that the text was read from, where they are at hand */
  constructor(text: string, bytes?: Uint8Array) {
    this.text = text;
    // Invalid ones are each a character, too.
    this.#codes = bytes?.length === text.length ? bytes : codesOf(text);
  }

  get isOver(): boolean {
    return this.at === this.text.length;
  }

  code(): number {
    return this.#codes[this.at] as number;
  }

  /** Enters an object; answers whether it has members, undefined where it is none. */
  enterObject(): boolean | undefined {
    return this.#enter(openObject, closeObject);
  }

  /** Goes to the next member; false at the object's end, undefined where neither is there. */
  nextMember(): boolean | undefined {
    return this.#goOn(closeObject);
  }

  /** As {@link enterObject}. */
  enterArray(): boolean | undefined {
    return this.#enter(openArray, closeArray);
  }

  nextElement(): boolean | undefined {
    return this.#goOn(closeArray);
  }

  /**
   * Reads a name and goes to its value.
   *
   * @param expected index of the name that is expected
   * @param met number of the object
   * @returns its index
   */
  readName<Name extends KnownName>(object: KnownObject<Name>, expected: number, met: number): number {
    const { names } = object;
    const next = names[expected];
    let index = expected;
    if (next !== undefined && this.#isAt(next.key)) this.at += next.key.length;
    else index = this.#readOther(object);
    const known = names[index];
    if (known === undefined || known.metIn === met) return -1;
    known.metIn = met;
    this.#next();
    return index;
  }

  #isAt(key: Uint8Array): boolean {
    const codes = this.#codes;
    const { at } = this;
    const { length } = key;
    for (let i = 0; i < length; i++) if (codes[at + i] !== key[i]) return false;
    return length > 0;
  }

  #readOther<Name extends KnownName>({ names, meet }: KnownObject<Name>): number {
    for (let i = 0; i < names.length; i++) {
      const { key } = names[i] as Name;
      if (!this.#isAt(key)) continue;
      this.at += key.length;
      return i;
    }
    const name = this.readPlainString();
    if (name === undefined || this.#next() !== colon || isHostileKey(name) || name.includes('.')) return -1;
    this.at++;
    const index = names.findIndex((known) => known.name === name);
    if (index !== -1) return index;
    const known = meet(name);
    return known === undefined ? -1 : names.push(known) - 1;
  }

  /** Reads a string; answers where its last quote is, -1 where it has none. */
  readString(): number {
    const codes = this.#codes;
    let place = this.at;
    if (codes[place] !== quote) return -1;
    this.escaped = false;
    for (;;) {
      do place++;
      while (isLetter[codes[place] as number] === 1);
      const code = codes[place];
      if (code === quote) break;
      if (code !== backslash || isEscape[codes[++place] as number] !== 1) return -1;
      this.escaped = true;
    }
    this.at = place + 1;
    return place;
  }

  /** The value of a string, where it has no escapes. */
  readPlainString(): string | undefined {
    const start = this.at;
    const end = this.readString();
    return end === -1 || this.escaped ? undefined : this.text.slice(start + 1, end);
  }

  /** `true`, `false` or `null` */
  readWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Reads a number as nearly all are: few digits, without exponent. */
  readNumber(whole: boolean): boolean {
    const codes = this.#codes;
    const start = codes[this.at] === minus ? this.at + 1 : this.at;
    let place = afterDigits(codes, start);
    const digits = place - start;
    if (digits === 0 || digits > maxDigits || (codes[start] === zero && digits > 1)) return false;
    if (codes[place] === dot) {
      const fraction = place + 1;
      place = afterDigits(codes, fraction);
      const isShort = digits <= maxWhole && place > fraction && place - fraction <= maxFraction;
      if (whole || !isShort) return false;
    }
    const next = codes[place];
    if (next !== comma && next !== closeObject && next !== closeArray && next !== space) return false;
    this.at = place;
    return true;
  }

  /** Goes behind an object of scalars, which is only looked at to find its end. */
  skipFlat(): boolean {
    const codes = this.#codes;
    if (this.code() !== openObject) return false;
    this.at++;
    for (;;) {
      const code = codes[this.at];
      if (code === quote) {
        if (this.readString() === -1) return false;
      } else if (code === undefined || code === openObject || code === openArray) return false;
      else {
        this.at++;
        if (code === closeObject) return true;
      }
    }
  }

  #enter(open: number, close: number): boolean | undefined {
    if (this.code() !== open) return undefined;
    this.at++;
    if (this.#next() !== close) return true;
    this.at++;
    return false;
  }

  #goOn(close: number): boolean | undefined {
    const code = this.#next();
    this.at++;
    if (code === close) return false;
    if (code !== comma) return undefined;
    this.#next();
    return true;
  }

  /** Goes over blanks and answers what stands behind them. */
  #next(): number {
    const codes = this.#codes;
    let code = codes[this.at] as number;
    while (code === space) code = codes[++this.at] as number;
    return code;
  }
}

/** 1 for what stands behind a backslash where a text has no other way to be written. */
const isEscape = escapes.map((character) => (character === 0 || character === slash ? 0 : 1));

/** 1 for what may stand in a string as it is: {@link isOrdinary}, and letters beyond ASCII. */
const isLetter = isOrdinary.map((ordinary, byte) => (byte >= 128 ? 1 : ordinary));

function afterDigits(codes: Uint8Array, start: number): number {
  let place = start;
  while ((codes[place] as number) >= zero && (codes[place] as number) <= nine) place++;
  return place;
}

/** One byte for each character of a text, that of ASCII or one beyond it. */
function codesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return bytes;
  let used = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if ((byte & 0xc0) === continuation) continue;
    bytes[used++] = byte;
    // What takes four bytes is two in a string.
    if (byte >= firstOfFour) {
      bytes[used++] = byte;
      at += 3;
    }
  }
  return bytes.subarray(0, used);
}

const continuation = 0x80;
const firstOfFour = 0xf0;
