import { isHostileKey, jsonLimits } from '@tidewatch/event';

export const quote = 34;
export const openBracket = 91;
export const openBrace = 123;
const comma = 44;
const colon = 58;
const closeBracket = 93;
const closeBrace = 125;
const blank = 32;

/** What may stand behind a backslash, but for `u`. */
const escapes = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const hasControls = /[\0-\x1f]/;

/** Numbers as nearly all are: few digits, without exponent. */
const number = /-?(?:0|[1-9]\d{0,14})(\.\d{1,9})?(?=[ ,}\]])/y;

/** Longer objects are not worth the search for names given twice. */
const maxNames = 64;

/**
 * A place in a text of JSON, which moves on. What is read is well-formed, and more: no escapes by number, no dotted or
 * hostile names, none given twice, and numbers that doubles hold. Methods answer false, or -1, where it is not that;
 * then nothing more can be read.
 */
export class JsonText {
  readonly text: string;
  at = 0;
  /** Where the next backslash is, if there is one. */
  #backslash: number;
  #names = 0;

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

  /**
   * Reads an object.
   *
   * @param names gets its names, in order
   * @param read of each member: at its value, with its name and where that begins; reads the value
   */
  readObject(names: string[], read: (name: string, start: number) => boolean): boolean {
    if (this.code() !== openBrace) return false;
    this.at++;
    if (this.#next() === closeBrace) return this.#skip();
    for (;;) {
      const start = this.at;
      const name = this.#readName(names);
      if (name === undefined || !read(name, start)) return false;
      const code = this.#next();
      this.at++;
      if (code === closeBrace) return true;
      if (code !== comma) return false;
      this.#next();
    }
  }

  /**
   * Reads an object of which the text of the members is wanted, but for some.
   *
   * @returns the members, each with a comma before it
   */
  readMembers(
    names: string[],
    except: ReadonlySet<string>,
    read: (name: string) => boolean,
  ): string | undefined {
    const { text } = this;
    let members = '';
    /** Where members begin that are not taken over yet; -1 where there are none. */
    let from = -1;
    const isRead = this.readObject(names, (name, start) => {
      const isKept = !except.has(name);
      if (!isKept && from !== -1) {
        members += `,${text.slice(from, text.lastIndexOf(',', start))}`;
        from = -1;
      } else if (isKept && from === -1) from = start;
      return read(name);
    });
    if (!isRead) return undefined;
    return from === -1 ? members : `${members},${text.slice(from, this.at - 1)}`;
  }

  /** @param read reads a member */
  readArray(read: () => boolean): boolean {
    if (this.code() !== openBracket) return false;
    this.at++;
    if (this.#next() === closeBracket) return this.#skip();
    for (;;) {
      if (!read()) return false;
      const code = this.#next();
      this.at++;
      if (code === closeBracket) return true;
      if (code !== comma) return false;
      this.#next();
    }
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
    if (match === null || (whole && match[1] !== undefined)) return false;
    this.at = number.lastIndex;
    return true;
  }

  #readName(names: string[]): string | undefined {
    const name = this.readPlainString();
    if (name === undefined || this.#next() !== colon) return undefined;
    if (isHostileKey(name) || name.includes('.') || names.includes(name)) return undefined;
    if (names.push(name) > maxNames || ++this.#names > jsonLimits.fields) return undefined;
    this.at++;
    this.#next();
    return name;
  }

  /** Goes over blanks and answers what stands behind them. */
  #next(): number {
    let code = this.code();
    while (code === blank) {
      this.at++;
      code = this.code();
    }
    return code;
  }

  #skip(): boolean {
    this.at++;
    return true;
  }
}

function nextBackslash(text: string, from: number): number {
  const at = text.indexOf('\\', from);
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}
