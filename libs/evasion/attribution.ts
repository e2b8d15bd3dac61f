import type { Coverage } from './coverage.ts';
import type { EvasionModel } from './model.ts';
import type { WordFinder } from './words.ts';

/** A rule that a line is near to. */
export interface NearRule {
  readonly id: string;
  readonly title: string;
  /** Share of what the rule asks for that is there, by rarity: 0 to 1. */
  readonly score: number;
  /** What it asks for and the line does not say so, with the words of the line that mean it; null where there are none. */
  readonly wanted: readonly { readonly value: string; readonly instead: string | null }[];
}

export interface Attribution {
  readonly rules: readonly NearRule[];
  /** Tokens that made the score, the weightiest first. */
  readonly tokens: readonly string[];
}

const tokenLimit = 10;
const insteadLimit = 200;

/** A value with what it takes to see whether a line says it as it is written. */
interface Asked {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly words: readonly number[];
}

/** What stands between white space in a line, with the words that it means. */
interface Piece {
  readonly text: string;
  readonly words: Int32Array;
}

/** Says which rules a line is near to, and why. */
export class Attributor {
  readonly #model: EvasionModel;
  readonly #finder: WordFinder;
  readonly #coverage: Coverage;
  readonly #weights: Float64Array;
  /** Of a demand its groups, once it was near to a line. */
  readonly #groups: (readonly (readonly Asked[])[] | undefined)[];
  /** 1 for each word of the line at hand. */
  readonly #there: Uint8Array;

  constructor(model: EvasionModel, finder: WordFinder, coverage: Coverage) {
    this.#model = model;
    this.#finder = finder;
    this.#coverage = coverage;
    this.#weights = Float64Array.from(
      model.weights,
      (weight, word) => Math.max(0, weight) + (model.outline.rarity[word] as number),
    );
    this.#groups = Array.from({ length: model.outline.demands.length });
    this.#there = new Uint8Array(model.outline.words.length);
  }

  attribute(line: string, most: number): Attribution {
    const read = this.#finder.read(line);
    const tokens = this.#tokens(read.list.subarray(0, read.tokens));
    const words = read.words.slice(0, read.count);
    this.#coverage.best(words, words.length);
    const there = this.#there;
    for (const word of words) there[word] = 1;
    const folded = line.toLowerCase();
    let pieces: readonly Piece[] | undefined;
    const rules = this.#coverage.nearest(most).map(({ rule, demand, share }): NearRule => {
      const wanted: { value: string; instead: string | null }[] = [];
      for (const group of this.#groupsOf(demand)) {
        const best = this.#missed(group, folded);
        if (best === undefined) continue;
        pieces ??= this.#pieces(line);
        wanted.push({ value: best.text.trim(), instead: insteadOf(best, pieces) });
      }
      const { id, title } = this.#model.rules[rule] as EvasionModel['rules'][number];
      return { id, title, score: share, wanted };
    });
    for (const word of words) there[word] = 0;
    return { rules, tokens };
  }

  /** The value of a group that is there most; undefined where the line says one as it is written, or there is none. */
  #missed(group: readonly Asked[], folded: string): Asked | undefined {
    const there = this.#there;
    let best: Asked | undefined;
    let most = -1;
    for (const value of group) {
      const { words } = value;
      let found = 0;
      for (let i = 0; i < words.length; i++) found += there[words[i] as number] as number;
      // A line that says a value has its words.
      if (found > 0 && value.pieces.every((piece) => folded.includes(piece))) return undefined;
      const share = found / words.length;
      if (share > most) [best, most] = [value, share];
    }
    return best;
  }

  #groupsOf(demand: number): readonly (readonly Asked[])[] {
    let groups = this.#groups[demand];
    if (groups === undefined) {
      groups = (this.#model.outline.demands[demand]?.groups ?? []).map((group) =>
        group.map(({ text, words }) => ({ text, words, pieces: text.toLowerCase().split('*') })),
      );
      this.#groups[demand] = groups;
    }
    return groups;
  }

  #pieces(line: string): Piece[] {
    return line.split(/\s+/).map((text) => {
      const { words, count } = this.#finder.read(text);
      return { text, words: words.slice(0, count) };
    });
  }

  #tokens(list: Int32Array): string[] {
    const weighed: { text: string; weight: number }[] = [];
    for (const token of list) {
      let weight = 0;
      for (const word of this.#finder.wordsOf(token))
        weight = Math.max(weight, this.#weights[word] as number);
      if (weight > 0) weighed.push({ text: this.#finder.textOf(token), weight });
    }
    return weighed
      .sort((a, b) => b.weight - a.weight)
      .slice(0, tokenLimit)
      .map(({ text }) => text);
  }
}

/** What of a line means a value's words. */
function insteadOf({ words }: Asked, pieces: readonly Piece[]): string | null {
  const instead = pieces.filter((piece) => words.some((word) => piece.words.includes(word)));
  const text = instead.map((piece) => piece.text).join(' ');
  return text === '' ? null : text.slice(0, insteadLimit);
}
