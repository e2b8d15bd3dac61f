import { Buffer } from 'node:buffer';
import { canonical, lineLimit } from './canonical.ts';
import type { Wanted } from './demands.ts';
import { plainInto } from './plain.ts';
import { eachWord, fnv, tokenOf } from './tokens.ts';

/** What was found in a line. Lists are overwritten when the next line is read. */
export interface Read {
  /** Numbers of the words that rules ask for, each once, the first `count` of the list. */
  readonly words: Int32Array;
  readonly count: number;
  /** Numbers of its tokens, each once, for {@link WordFinder.textOf}; the first `tokens` of the list. */
  readonly list: Int32Array;
  readonly tokens: number;
  /** How many of its tokens are known from benign lines or rules. */
  readonly known: number;
}

/** Letters of a canonical text that are read; it is longer than its line where variables are written in full. */
const textLimit = 8 * lineLimit;
/** Words of lines that are remembered with their meaning; most lines have few that others don't. */
const memoryLimit = 32_768;
/** Longer words are of a kind anyway, and remembering them would fill the memory. */
const longestWord = 64;
/** More than the words that a line can have and those that are remembered before it. */
const slots = textLimit;

/** FNV-1a, 32 bits, of UTF-16 units. */
export function hashOf(text: string): number {
  let hash: number = fnv.offset;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), fnv.prime);
  return hash >>> 0;
}

/** Ends of words are looked up by so many letters; no rule's end is shorter. */
const stem = 3;
const noToken = -1;

/** Finds the words that rules ask for in lines: numbers for texts, as soon as a word was met once. */
export class WordFinder {
  readonly #whole = new Map<string, number>();
  readonly #ends = {
    prefix: new Map<string, End[]>(),
    suffix: new Map<string, End[]>(),
    inner: new Map<string, End[]>(),
  };
  readonly #benign: ReadonlySet<number>;
  readonly #units = new Uint16Array(textLimit);
  readonly #bytes = Buffer.from(this.#units.buffer);
  /** Of a hash, the word's number, counted from 1. */
  readonly #slots = new Int32Array(slots);
  /** Of words as they stand in canonical texts; an option's is told from another's by a space. */
  #texts: string[] = [];
  #tokenOf: number[] = [];
  /** Of tokens. */
  #numbers = new Map<string, number>();
  #tokens: string[] = [];
  #known: number[] = [];
  #meanings: (readonly number[])[] = [];
  readonly #tokenMarks = new Int32Array(slots);
  readonly #wordMarks: Int32Array;
  #mark = 0;
  readonly #list = new Int32Array(slots);
  readonly #words: Int32Array;

  /** @param known hashes of the tokens of benign lines */
  constructor(words: readonly Wanted[], known: Iterable<number>) {
    for (const [number, { text, edge }] of words.entries()) {
      if (edge === 'whole') this.#whole.set(text, number);
      else {
        const key = edge === 'suffix' ? text.slice(-stem) : text.slice(0, stem);
        const ends = this.#ends[edge].get(key);
        if (ends === undefined) this.#ends[edge].set(key, [{ text, number }]);
        else ends.push({ text, number });
      }
    }
    this.#benign = new Set(known);
    this.#wordMarks = new Int32Array(words.length);
    this.#words = new Int32Array(words.length);
  }

  read(line: string): Read {
    if (this.#texts.length > memoryLimit) this.#forget();
    const length = this.#write(line);
    const [list, words, tokenMarks, wordMarks] = [this.#list, this.#words, this.#tokenMarks, this.#wordMarks];
    this.#mark = (this.#mark + 1) | 0;
    const mark = this.#mark;
    let tokens = 0;
    let count = 0;
    let known = 0;
    eachWord(this.#units, length, (start, end, option, hash) => {
      const token = this.#tokenAt(start, end, option, hash);
      if (token === noToken || tokenMarks[token] === mark) return;
      tokenMarks[token] = mark;
      list[tokens++] = token;
      known += this.#known[token] as number;
      const meaning = this.#meanings[token] as readonly number[];
      for (let i = 0; i < meaning.length; i++) {
        const word = meaning[i] as number;
        if (wordMarks[word] === mark) continue;
        wordMarks[word] = mark;
        words[count++] = word;
      }
    });
    return { words, count, list, tokens, known };
  }

  /** A token of the line that was read last. */
  textOf(token: number): string {
    return this.#tokens[token] as string;
  }

  /** The words that a token of the line that was read last fulfils. */
  wordsOf(token: number): readonly number[] {
    return this.#meanings[token] as readonly number[];
  }

  #write(line: string): number {
    const units = this.#units;
    const plain = plainInto(line, units);
    if (plain >= 0) return plain;
    const text = canonical(line);
    const length = Math.min(text.length, textLimit);
    for (let i = 0; i < length; i++) units[i] = text.charCodeAt(i);
    return length;
  }

  #tokenAt(start: number, end: number, option: boolean, hash: number): number {
    if (end - start > longestWord) return this.#numberOf(tokenOf(this.#textAt(start, end), option));
    for (let slot = (hash ^ (hash >>> 15)) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) {
        this.#slots[slot] = this.#texts.length + 1;
        return this.#learn(start, end, option);
      }
      if (this.#is(this.#texts[number] as string, start, end, option)) return this.#tokenOf[number] as number;
    }
  }

  #is(text: string, start: number, end: number, option: boolean): boolean {
    const length = end - start;
    if (text.length !== length + (option ? 1 : 0)) return false;
    for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== this.#units[start + i]) return false;
    return true;
  }

  #learn(start: number, end: number, option: boolean): number {
    const word = this.#textAt(start, end);
    this.#texts.push(option ? `${word} ` : word);
    const number = this.#numberOf(tokenOf(word, option));
    this.#tokenOf.push(number);
    return number;
  }

  #numberOf(token: string): number {
    if (token === '') return noToken;
    let number = this.#numbers.get(token);
    if (number === undefined) {
      number = this.#tokens.length;
      this.#numbers.set(token, number);
      this.#tokens.push(token);
      const meaning = this.#find(token);
      this.#meanings.push(meaning);
      const typed = token.startsWith('#') || token.startsWith('<');
      this.#known.push(typed || meaning.length > 0 || this.#benign.has(hashOf(token)) ? 1 : 0);
    }
    return number;
  }

  #textAt(start: number, end: number): string {
    return this.#bytes.toString('utf16le', 2 * start, 2 * end);
  }

  #forget(): void {
    this.#slots.fill(0);
    this.#texts = [];
    this.#tokenOf = [];
    this.#numbers = new Map();
    this.#tokens = [];
    this.#known = [];
    this.#meanings = [];
  }

  #find(token: string): number[] {
    const words = new Set<number>();
    const whole = this.#whole.get(token);
    if (whole !== undefined) words.add(whole);
    for (const { text, number } of this.#ends.prefix.get(token.slice(0, stem)) ?? [])
      if (token.startsWith(text)) words.add(number);
    for (const { text, number } of this.#ends.suffix.get(token.slice(-stem)) ?? [])
      if (token.endsWith(text)) words.add(number);
    for (let at = 0; at + stem <= token.length; at++)
      for (const { text, number } of this.#ends.inner.get(token.slice(at, at + stem)) ?? [])
        if (token.startsWith(text, at)) words.add(number);
    return [...words];
  }
}

interface End {
  readonly text: string;
  readonly number: number;
}
