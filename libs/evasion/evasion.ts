import { canonical } from './canonical.ts';
import { Coverage } from './coverage.ts';
import type { EvasionModel } from './model.ts';
import { tokensOf } from './tokens.ts';
import { type Read, WordFinder } from './words.ts';

/** `evasion`: as a rule's line, edited. `novel`: of words that nobody knows, which is no sign of an attack by itself. */
export type Verdict = 'benign' | 'novel' | 'evasion';

export interface Scored {
  /** From 0 to 1; the model's threshold is what so many of a hundred benign lines reach, as it was trained. */
  readonly score: number;
  readonly verdict: Verdict;
}

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
/** Beyond it a row costs the machine nothing: what is farther out is no more of an evasion. */
const marginLimit = 1;

/** Scores lines by a trained model. It keeps nothing of them but what their tokens mean. */
export class Evasion {
  readonly model: EvasionModel;
  readonly #finder: WordFinder;
  readonly #coverage: Coverage;
  readonly #weights: Float64Array;

  constructor(model: EvasionModel) {
    this.model = model;
    this.#finder = new WordFinder(model.outline.words, model.known);
    this.#coverage = new Coverage(model.outline);
    this.#weights = Float64Array.from(model.weights);
  }

  /** One answer a line, in their order. It blocks: some ten microseconds a line. */
  score(lines: readonly string[]): Scored[] {
    return lines.map((line) => {
      const read = this.#finder.read(line);
      const score = this.#scoreOf(read);
      return { score, verdict: this.#verdictOf(score, read) };
    });
  }

  /** The rules a line is near to, best first, and why. */
  attribute(line: string, most = 10): Attribution {
    const { words } = this.#finder.read(line);
    this.#coverage.best(words);
    const near = this.#coverage.nearest(most);
    const pieces = near.length === 0 ? [] : this.#pieces(line);
    return {
      rules: near.map(({ rule, demand, share }) => ({
        ...(this.model.rules[rule] as EvasionModel['rules'][number]),
        score: share,
        wanted: this.#wanted(demand, line, pieces, new Set(words)),
      })),
      tokens: this.#tokens(line),
    };
  }

  #scoreOf({ words }: Read): number {
    const { blend } = this.model;
    const margin = this.#margin(words);
    const z = blend.margin * margin + blend.coverage * this.#coverage.best(words) + blend.bias;
    return 1 / (1 + Math.exp(-z));
  }

  /** What speaks for benign counts no more than the model's limit, however much of it there is. */
  #margin(words: readonly number[]): number {
    let pro = this.model.bias;
    let contra = 0;
    for (const word of words) {
      const weight = this.#weights[word] as number;
      if (weight > 0) pro += weight;
      else contra += weight;
    }
    return Math.min(marginLimit, pro + Math.max(contra, -this.model.benignLimit));
  }

  /** Margin and coverage of a line, before they are blended. */
  measure(line: string): readonly [margin: number, coverage: number] {
    const { words } = this.#finder.read(line);
    return [this.#margin(words), this.#coverage.best(words)];
  }

  /** Share of a line's tokens that are known; 1 where it has none. */
  familiarity(line: string): number {
    const { tokens, known } = this.#finder.read(line);
    return tokens === 0 ? 1 : known / tokens;
  }

  #verdictOf(score: number, { tokens, known }: Read): Verdict {
    if (score >= this.model.threshold) return 'evasion';
    return tokens > 0 && known / tokens < this.model.familiarity ? 'novel' : 'benign';
  }

  /** The words of a line as they are written, with what each means. */
  #pieces(line: string): { text: string; words: ReadonlySet<number> }[] {
    return line.split(/\s+/).map((text) => ({
      text,
      words: new Set(tokensOf(canonical(text)).flatMap((token) => this.#finder.meaningOf(token).words)),
    }));
  }

  #wanted(
    demand: number,
    line: string,
    pieces: readonly { readonly text: string; readonly words: ReadonlySet<number> }[],
    there: ReadonlySet<number>,
  ): NearRule['wanted'] {
    const folded = line.toLowerCase();
    const { groups = [] } = this.model.outline.demands[demand] ?? {};
    return groups.flatMap((group) => {
      if (group.some(({ text }) => says(folded, text))) return [];
      let best: (typeof group)[number] | undefined;
      let most = -1;
      for (const value of group) {
        const found = value.words.filter((word) => there.has(word)).length / value.words.length;
        if (found > most) [best, most] = [value, found];
      }
      if (best === undefined) return [];
      const asked = best.words;
      const instead = pieces.filter(({ words }) => asked.some((word) => words.has(word)));
      const text = instead.map((piece) => piece.text).join(' ');
      return [{ value: best.text.trim(), instead: text === '' ? null : text.slice(0, 200) }];
    });
  }

  #tokens(line: string): string[] {
    const { rarity } = this.model.outline;
    const weigh = (word: number) => Math.max(0, this.#weights[word] as number) + (rarity[word] as number);
    return tokensOf(canonical(line))
      .map((token) => ({
        token,
        weight: this.#finder.meaningOf(token).words.reduce((most, word) => Math.max(most, weigh(word)), 0),
      }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, tokenLimit)
      .map(({ token }) => token);
  }
}

/** Whether a line says all pieces of a value, as they are written. */
const says = (folded: string, value: string): boolean =>
  value
    .toLowerCase()
    .split('*')
    .every((piece) => folded.includes(piece));
