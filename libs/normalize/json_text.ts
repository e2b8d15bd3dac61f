import { isHostileKey } from '@tidewatch/event';

export const quote = 34;
export const openBracket = 91;
export const openBrace = 123;
const comma = 44;
const colon = 58;
const closeBracket = 93;
const closeBrace = 125;
const blank = 32;

/** What stands behind a backslash where a text has no other way to be written. */
const escapes = new Set([...'"\\bfnrt'].map((character) => character.charCodeAt(0)));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const hasControls = /[\0-\x1f]/;

/** Numbers as nearly all are: few digits, without exponent. */
const number = /-?(?:0|[1-9]\d{0,14}|(?:0|[1-9]\d{0,8})\.\d{1,6})(?=[ ,}\]])/y;

/** A name that was met in an object, with what its reader knows of it. */
export interface KnownName {
  readonly name: string;
  /** As it nearly always stands: `"name":`. */
  readonly key: string;
  /** Number of the object that it was met in last. */
  metIn: number;
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
 * hostile names, none given twice, and numbers that doubles hold. Methods answer false, undefined or -1 where it is not
 * that; then nothing more can be read.
 */
export class JsonText {
  readonly text: string;
  at = 0;
  /** Where the next backslash is, if there is one. */
  #backslash: number;

  constructor(text: string) {
    this.text = text;
    this.#backslash = nextBackslash(text, 0);
  }

  /** Whether a text is worth reading. */
  static isPlain(text: string): boolean {
    return !hasControls.test(text) && !text.includes('\\u');
  }

  get isOver(): boolean {
    return this.at === this.text.length;
  }

  code(): number {
    return this.text.charCodeAt(this.at);
  }

  /** Enters an object; answers whether it has members, undefined where it is none. */
  enterObject(): boolean | undefined {
    return this.#enter(openBrace, closeBrace);
  }

  /** Goes to the next member; false at the object's end, undefined where neither is there. */
  nextMember(): boolean | undefined {
    return this.#goOn(closeBrace);
  }

  /** As {@link enterObject}. */
  enterArray(): boolean | undefined {
    return this.#enter(openBracket, closeBracket);
  }

  nextElement(): boolean | undefined {
    return this.#goOn(closeBracket);
  }

  /**
   * Reads a name and goes to its value.
   *
   * @param expected index of the name that is expected
   * @param met number of the object
   * @returns its index
   */
  readName<Name extends KnownName>(
    { names, meet }: KnownObject<Name>,
    expected: number,
    met: number,
  ): number {
    let index = expected;
    const next = names[expected];
    if (next !== undefined && this.text.startsWith(next.key, this.at)) this.at += next.key.length;
    else {
      const name = this.#readOtherName();
      if (name === undefined) return -1;
      index = names.findIndex((known) => known.name === name);
      if (index === -1) {
        const known = meet(name);
        if (known === undefined) return -1;
        index = names.push(known) - 1;
      }
    }
    const known = names[index] as Name;
    if (known.metIn === met) return -1;
    known.metIn = met;
    this.#next();
    return index;
  }

  #readOtherName(): string | undefined {
    const name = this.readPlainString();
    if (name === undefined || this.#next() !== colon || isHostileKey(name) || name.includes('.'))
      return undefined;
    this.at++;
    return name;
  }

  /** Reads a string; answers where its last quote is, -1 where it has none. */
  readString(): number {
    const { text } = this;
    if (this.code() !== quote) return -1;
    let end = text.indexOf('"', this.at + 1);
    while (end !== -1 && this.#backslash < end) {
      const at = this.#backslash;
      if (!escapes.has(text.charCodeAt(at + 1))) return -1;
      if (at + 1 === end) end = text.indexOf('"', end + 1);
      this.#backslash = nextBackslash(text, at + 2);
    }
    this.at = end + 1;
    return end;
  }

  /** The value of a string, where it has no escapes. */
  readPlainString(): string | undefined {
    const start = this.at;
    const backslash = this.#backslash;
    const end = this.readString();
    return end === -1 || backslash < end ? undefined : this.text.slice(start + 1, end);
  }

  /** `true`, `false` or `null` */
  readWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  readNumber(whole: boolean): boolean {
    number.lastIndex = this.at;
    const match = number.exec(this.text);
    if (match === null || (whole && match[0].includes('.'))) return false;
    this.at = number.lastIndex;
    return true;
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
    let code = this.text.charCodeAt(this.at);
    while (code === blank) code = this.text.charCodeAt(++this.at);
    return code;
  }
}

function nextBackslash(text: string, from: number): number {
  const at = text.indexOf('\\', from);
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}
