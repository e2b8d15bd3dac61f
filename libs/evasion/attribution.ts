import type { Coverage } from './coverage.ts';
import type { EvasionModel } from './model.ts';
import type { Read, WordFinder } from './words.ts';

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

/** What stands between white space in a line, with the words that all of it means, one piece behind the other. */
interface Pieces {
  readonly texts: readonly string[];
  readonly words: readonly number[];
  /** How many words there are up to the end of each. */
  readonly ends: readonly number[];
}

/** Says which rules a line is near to, and why. */
export class Attributor {
  readonly #model: EvasionModel;
  readonly #finder: WordFinder;
  readonly #coverage: Coverage;
  readonly #weights: Float64Array;
  /** Of a demand its groups, once it was near to a line. */
  readonly #groups: (readonly (readonly Asked[])[] | undefined)[];
  /** The words of the line at hand: their numbers, and 1 for each. */
  readonly #own: Int32Array;
  readonly #there: Uint8Array;
  /** 1 for each word of the value at hand. */
  readonly #asked: Uint8Array;

  constructor(model: EvasionModel, finder: WordFinder, coverage: Coverage) {
    this.#model = model;
    this.#finder = finder;
    this.#coverage = coverage;
    this.#weights = Float64Array.from(
      model.weights,
      (weight, word) => Math.max(0, weight) + (model.outline.rarity[word] as number),
    );
    this.#groups = Array.from({ length: model.outline.demands.length });
    this.#own = new Int32Array(model.outline.words.length);
    this.#there = new Uint8Array(model.outline.words.length);
    this.#asked = new Uint8Array(model.outline.words.length);
  }

  attribute(line: string, most: number): Attribution {
    const read = this.#finder.read(line);
    const tokens = this.#tokens(read);
    const { count } = read;
    this.#coverage.best(read.words, count);
    const [own, there] = [this.#own, this.#there];
    for (let i = 0; i < count; i++) {
      own[i] = read.words[i] as number;
      there[own[i] as number] = 1;
    }
    const folded = line.toLowerCase();
    let pieces: Pieces | undefined;
    const rules = this.#coverage.nearest(most).map(({ rule, demand, share }): NearRule => {
      const wanted: { value: string; instead: string | null }[] = [];
      for (const group of this.#groupsOf(demand)) {
        const best = this.#missed(group, folded);
        if (best === undefined) continue;
        pieces ??= this.#pieces(line);
        wanted.push({ value: best.text.trim(), instead: this.#insteadOf(best, pieces) });
      }
      const { id, title } = this.#model.rules[rule] as EvasionModel['rules'][number];
      return { id, title, score: share, wanted };
    });
    for (let i = 0; i < count; i++) there[own[i] as number] = 0;
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
      if (found > 0 && found === words.length && says(folded, value)) return undefined;
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

  #pieces(line: string): Pieces {
    const texts = line.split(/\s+/);
    const all: number[] = [];
    const ends = texts.map((text) => {
      const { words, count } = this.#finder.read(text);
      for (let i = 0; i < count; i++) all.push(words[i] as number);
      return all.length;
    });
    return { texts, words: all, ends };
  }

  /** What of a line means a value's words. */
  #insteadOf(value: Asked, { texts, words, ends }: Pieces): string | null {
    const asked = this.#asked;
    for (const word of value.words) asked[word] = 1;
    let instead = '';
    let at = 0;
    for (let piece = 0; piece < ends.length; piece++) {
      const end = ends[piece] as number;
      while (at < end && asked[words[at] as number] === 0) at++;
      if (at < end) instead += instead === '' ? texts[piece] : ` ${texts[piece]}`;
      at = end;
    }
    for (const word of value.words) asked[word] = 0;
    return instead === '' ? null : instead.slice(0, insteadLimit);
  }

  #tokens({ list, tokens }: Read): string[] {
    const weighed: { token: number; weight: number }[] = [];
    for (let i = 0; i < tokens; i++) {
      const token = list[i] as number;
      let weight = 0;
      for (const word of this.#finder.wordsOf(token))
        weight = Math.max(weight, this.#weights[word] as number);
      if (weight > 0) weighed.push({ token, weight });
    }
    return weighed
      .sort((a, b) => b.weight - a.weight)
      .slice(0, tokenLimit)
      .map(({ token }) => this.#finder.textOf(token));
  }
}

function says(folded: string, { pieces }: Asked): boolean {
  for (const piece of pieces) if (!folded.includes(piece)) return false;
  return true;
}
