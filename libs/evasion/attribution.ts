import type { Near } from './coverage.ts';
import type { EvasionModel } from './model.ts';
import type { OutlinedGroup } from './outline.ts';
import type { Read, WordFinder } from './words.ts';

/** A rule that a line is near to. */
export interface NearRule {
  readonly id: string;
  readonly title: string;
  /** Share of what the rule asks for that is there, by rarity: 0 to 1. */
  readonly score: number;
  readonly wanted: readonly Wanted[];
}

/** What a rule asks for and a line does not say so, with the words of the line that mean it; null where there are none. */
interface Wanted {
  readonly value: string;
  readonly instead: string | null;
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

/** What rules ask for in the same way, once for all of them: one of some values. */
interface Group {
  readonly values: readonly Asked[];
  /** Words of the values, one behind the other, and how many there are up to the end of each. */
  readonly words: Int32Array;
  readonly ends: Int32Array;
  /** The line that it was last asked of, and its number among the groups that were. */
  line: number;
  number: number;
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
  readonly #weights: Float64Array;
  /** Of a demand its groups, once it was near to a line, and all of these by what they ask for. */
  readonly #groupsOf: (readonly Group[] | undefined)[];
  readonly #groups = new Map<string, Group>();
  /** Lines so far. */
  #lines = 0;
  /** The words of the line at hand: their numbers, and 1 for each. */
  readonly #own: Int32Array;
  readonly #there: Uint8Array;
  /** 1 for each word of the value at hand. */
  readonly #asked: Uint8Array;

  constructor(model: EvasionModel, finder: WordFinder) {
    this.#model = model;
    this.#finder = finder;
    this.#weights = Float64Array.from(
      model.weights,
      (weight, word) => Math.max(0, weight) + (model.outline.rarity[word] as number),
    );
    this.#groupsOf = Array.from({ length: model.outline.demands.length });
    this.#own = new Int32Array(model.outline.words.length);
    this.#there = new Uint8Array(model.outline.words.length);
    this.#asked = new Uint8Array(model.outline.words.length);
  }

  /** @param read what the finder has just read in the line */
  attribute(line: string, read: Read, near: readonly Near[]): Attribution {
    const tokens = this.#tokens(read);
    const { count } = read;
    const [own, there] = [this.#own, this.#there];
    for (let i = 0; i < count; i++) {
      own[i] = read.words[i] as number;
      there[own[i] as number] = 1;
    }
    const folded = line.toLowerCase();
    this.#lines++;
    let pieces: Pieces | undefined;
    const missed: (Wanted | undefined)[] = [];
    const rules: NearRule[] = [];
    for (const { rule, demand, share } of near) {
      const wanted: Wanted[] = [];
      for (const group of this.#asks(demand)) {
        if (group.line !== this.#lines) {
          const best = this.#missed(group, folded);
          if (best !== undefined) pieces ??= this.#pieces(line);
          group.line = this.#lines;
          group.number = missed.length;
          missed.push(best && pieces && { value: best.text.trim(), instead: this.#insteadOf(best, pieces) });
        }
        const one = missed[group.number];
        if (one !== undefined) wanted.push(one);
      }
      const { id, title } = this.#model.rules[rule] as EvasionModel['rules'][number];
      rules.push({ id, title, score: share, wanted });
    }
    for (let i = 0; i < count; i++) there[own[i] as number] = 0;
    return { rules, tokens };
  }

  /** The value of a group that is there most; undefined where the line says one as it is written, or there is none. */
  #missed({ values, words, ends }: Group, folded: string): Asked | undefined {
    const there = this.#there;
    let best = -1;
    let most = -1;
    let at = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] as number;
      const length = end - at;
      let found = 0;
      for (; at < end; at++) found += there[words[at] as number] as number;
      // A line that says a value has its words.
      if (found > 0 && found === length && says(folded, values[i] as Asked)) return undefined;
      const share = found / length;
      if (share > most) {
        best = i;
        most = share;
      }
    }
    return values[best];
  }

  #asks(demand: number): readonly Group[] {
    let groups = this.#groupsOf[demand];
    if (groups === undefined) {
      groups = (this.#model.outline.demands[demand]?.groups ?? []).map((group) => this.#groupOf(group));
      this.#groupsOf[demand] = groups;
    }
    return groups;
  }

  #groupOf(asked: OutlinedGroup): Group {
    const key = JSON.stringify(asked);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const values = asked.map(({ text, words }) => ({ text, words, pieces: text.toLowerCase().split('*') }));
      let end = 0;
      const ends = Int32Array.from(values, ({ words }) => (end += words.length));
      const words = Int32Array.from(values.flatMap((value) => value.words));
      group = { values, words, ends, line: 0, number: 0 };
      this.#groups.set(key, group);
    }
    return group;
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
    const best: number[] = [];
    const weights: number[] = [];
    for (let i = 0; i < tokens; i++) {
      const token = list[i] as number;
      const words = this.#finder.wordsOf(token);
      let weight = 0;
      for (let at = 0; at < words.length; at++)
        weight = Math.max(weight, this.#weights[words[at] as number] as number);
      if (weight === 0) continue;
      let place = Math.min(best.length, tokenLimit - 1);
      if (place < best.length && (weights[place] as number) >= weight) continue;
      for (; place > 0 && (weights[place - 1] as number) < weight; place--) {
        best[place] = best[place - 1] as number;
        weights[place] = weights[place - 1] as number;
      }
      best[place] = token;
      weights[place] = weight;
    }
    return best.map((token) => this.#finder.textOf(token));
  }
}

function says(folded: string, { pieces }: Asked): boolean {
  for (const piece of pieces) if (!folded.includes(piece)) return false;
  return true;
}
