import { canonical } from './canonical.ts';
import type { Wanted } from './demands.ts';
import { tokensOf } from './tokens.ts';

/** What a token of a line is to rules: the words it fulfils, and whether it is known from benign lines or rules. */
interface Meaning {
  readonly words: readonly number[];
  readonly known: boolean;
}

/** What was found in a line: numbers of words, each once, and how many of its tokens are known. */
export interface Read {
  readonly words: readonly number[];
  readonly tokens: number;
  readonly known: number;
}

/** Tokens whose meaning is remembered; most lines have few that others don't. */
const memoryLimit = 65_536;

/** FNV-1a, 32 bits, of UTF-16 units. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Finds the words that rules ask for in lines. */
export class WordFinder {
  readonly #whole = new Map<string, number>();
  readonly #prefixes = new Map<string, number>();
  readonly #suffixes = new Map<string, number>();
  readonly #inner = new Map<string, number>();
  readonly #known: ReadonlySet<number>;
  readonly #memory = new Map<string, Meaning>();
  readonly #marks: Int32Array;
  #mark = 0;

  /** @param known hashes of the tokens of benign lines */
  constructor(words: readonly Wanted[], known: Iterable<number>) {
    const maps = {
      whole: this.#whole,
      prefix: this.#prefixes,
      suffix: this.#suffixes,
      inner: this.#inner,
    };
    for (const [number, { text, edge }] of words.entries()) maps[edge].set(text, number);
    this.#known = new Set(known);
    this.#marks = new Int32Array(words.length);
  }

  read(line: string): Read {
    const tokens = tokensOf(canonical(line));
    const words: number[] = [];
    let known = 0;
    this.#mark = (this.#mark + 1) | 0;
    for (const token of tokens) {
      const meaning = this.meaningOf(token);
      if (meaning.known) known++;
      for (const word of meaning.words) {
        if (this.#marks[word] === this.#mark) continue;
        this.#marks[word] = this.#mark;
        words.push(word);
      }
    }
    return { words, tokens: tokens.length, known };
  }

  meaningOf(token: string): Meaning {
    let meaning = this.#memory.get(token);
    if (meaning === undefined) {
      if (this.#memory.size >= memoryLimit) this.#memory.clear();
      meaning = this.#find(token);
      this.#memory.set(token, meaning);
    }
    return meaning;
  }

  #find(token: string): Meaning {
    const words: number[] = [];
    const add = (number: number | undefined) => {
      if (number !== undefined) words.push(number);
    };
    add(this.#whole.get(token));
    for (let length = 3; length <= token.length; length++) {
      add(this.#prefixes.get(token.slice(0, length)));
      add(this.#suffixes.get(token.slice(token.length - length)));
    }
    if (this.#inner.size > 0)
      for (let start = 0; start + 3 <= token.length; start++)
        for (let end = start + 3; end <= token.length; end++) add(this.#inner.get(token.slice(start, end)));
    const typed = token.startsWith('#') || token.startsWith('<');
    return { words: [...new Set(words)], known: typed || words.length > 0 || this.#known.has(hashOf(token)) };
  }
}
