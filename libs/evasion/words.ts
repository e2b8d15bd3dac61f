import { Buffer } from 'node:buffer';
import { canonical, lineLimit } from './canonical.ts';
import type { Wanted } from './demands.ts';
import { plainInto } from './plain.ts';
import {
  createWord,
  fnv,
  kindCount,
  kindOf,
  longest,
  nextWord,
  tokenOf,
  tokenOfKind,
  type Word,
} from './tokens.ts';

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
/** More than the words that a line can have, and the words and kinds that are remembered before it. */
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

interface End {
  readonly text: string;
  /** Where its stem is. */
  readonly from: number;
  readonly number: number;
}

const none: readonly End[] = [];

/** Ends of words by their stems. A byte tells most words that have none of them. */
class Ends {
  readonly #ends = new Map<number, End[]>();
  readonly #maybe = new Uint8Array(32_768);

  add(text: string, from: number, number: number): void {
    const key = stemAt(text, from);
    this.#maybe[key & 0x7fff] = 1;
    const ends = this.#ends.get(key);
    if (ends === undefined) this.#ends.set(key, [{ text, from, number }]);
    else ends.push({ text, from, number });
  }

  /** Adds the numbers of those whose stem is where the token has its own. */
  find(token: string, at: number, into: number[]): void {
    const key = stemAt(token, at);
    if (this.#maybe[key & 0x7fff] === 0) return;
    for (const { text, from, number } of this.#ends.get(key) ?? none)
      if (token.startsWith(text, at - from) && !into.includes(number)) into.push(number);
  }
}

const stemAt = (text: string, at: number): number =>
  (text.charCodeAt(at) << 10) ^ (text.charCodeAt(at + 1) << 5) ^ text.charCodeAt(at + 2);

/** Finds the words that rules ask for in lines: numbers for texts, as soon as a word was met once. */
export class WordFinder {
  readonly #whole = new Map<string, number>();
  readonly #ends = { prefix: new Ends(), suffix: new Ends(), inner: new Ends() };
  readonly #benign: ReadonlySet<number>;
  readonly #units = new Uint16Array(textLimit);
  readonly #bytes = Buffer.from(this.#units.buffer);
  /** Of a hash, the word's number, counted from 1. */
  readonly #slots = new Int32Array(slots);
  /** Of words as they stand in canonical texts; an option's is told from another's by a space. */
  #texts: string[] = [];
  #tokenOf: number[] = [];
  /** Of kinds, their tokens, counted from 1. */
  readonly #kinds = new Int32Array(kindCount);
  readonly #word = createWord();
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
      else this.#ends[edge].add(text, edge === 'suffix' ? text.length - stem : 0, number);
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
    const word = this.#word;
    word.end = 0;
    while (nextWord(this.#units, length, word)) {
      const token = this.#tokenAt(word);
      if (token === noToken || tokenMarks[token] === mark) continue;
      tokenMarks[token] = mark;
      list[tokens++] = token;
      known += this.#known[token] as number;
      const meaning = this.#meanings[token] as readonly number[];
      for (let i = 0; i < meaning.length; i++) {
        const asked = meaning[i] as number;
        if (wordMarks[asked] === mark) continue;
        wordMarks[asked] = mark;
        words[count++] = asked;
      }
    }
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

  #tokenAt(word: Word): number {
    const { start, end, option, hash } = word;
    const kind = kindOf(this.#units, word);
    if (kind >= 0) {
      const known = this.#kinds[kind] as number;
      return known > 0 ? known - 1 : this.#learnKind(kind);
    }
    // One that may be a number of any length.
    if (end - start > longest) return this.#numberOf(tokenOf(this.#textAt(start, end), option));
    for (let slot = (hash ^ (hash >>> 15)) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) {
        this.#slots[slot] = this.#texts.length + 1;
        return this.#learn(start, end, option);
      }
      if (this.#is(this.#texts[number] as string, start, end, option)) return this.#tokenOf[number] as number;
    }
  }

  #learnKind(kind: number): number {
    const token = this.#numberOf(tokenOfKind(kind));
    this.#kinds[kind] = token + 1;
    return token;
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
    this.#kinds.fill(0);
    this.#texts = [];
    this.#tokenOf = [];
    this.#numbers = new Map();
    this.#tokens = [];
    this.#known = [];
    this.#meanings = [];
  }

  #find(token: string): readonly number[] {
    const words: number[] = [];
    const whole = this.#whole.get(token);
    if (whole !== undefined) words.push(whole);
    const last = token.length - stem;
    if (last >= 0) {
      const { prefix, suffix, inner } = this.#ends;
      prefix.find(token, 0, words);
      suffix.find(token, last, words);
      for (let at = 0; at <= last; at++) inner.find(token, at, words);
    }
    return words;
  }
}
