import { createHash } from 'node:crypto';
import { type Attribution, Attributor } from './attribution.ts';
import { Coverage, type Near } from './coverage.ts';
import type { EvasionModel } from './model.ts';
import { fnv } from './tokens.ts';
import { type Read, WordFinder } from './words.ts';

/** `evasion`: as a rule's line, edited. `novel`: of words that nobody knows, which is no sign of an attack by itself. */
export type Verdict = 'benign' | 'novel' | 'evasion';

export interface Scored {
  /** From 0 to 1; the model's threshold is what so many of a hundred benign lines reach, as it was trained. */
  readonly score: number;
  readonly verdict: Verdict;
}

/** Beyond it a row costs the machine nothing: what is farther out is no more of an evasion. */
const marginLimit = 1;

/** Word sequences that are remembered with what was measured. */
const measuredLimit = 32_768;
/** Words of all of them: 16 MiB. Usual lines have some ten each; one made for it has thousands. */
const wordsLimit = 2 ** 21;

/** Rules that a line is said to be near to, at most. */
const ruleLimit = 10;

interface Measured {
  readonly words: readonly number[];
  readonly margin: number;
  readonly coverage: number;
  /** The rules that are nearest, once somebody asked. */
  near: readonly Near[] | undefined;
}

function isSame(known: readonly number[], words: Int32Array, count: number): boolean {
  if (known.length !== count) return false;
  for (let i = 0; i < count; i++) if (known[i] !== words[i]) return false;
  return true;
}

const cleared: Scored = { score: 0, verdict: 'benign' };

/** What a line's tokens are told by, in whichever order: one that is made to have another's would be a way past the model. */
export const digestOf = (tokens: readonly string[]): string =>
  createHash('sha256')
    .update([...tokens].sort().join(' '))
    .digest('hex');

/** Scores lines by a trained model. It keeps nothing of them but what their tokens mean. */
export class Evasion {
  readonly model: EvasionModel;
  readonly #finder: WordFinder;
  readonly #coverage: Coverage;
  readonly #weights: Float64Array;
  readonly #attributor: Attributor;
  readonly #cleared: ReadonlySet<string>;
  readonly #measured = new Map<number, Measured>();
  /** Words in `#measured`, at least. */
  #words = 0;
  /** What coverage was last measured for. */
  #last: Measured | undefined;

  constructor(model: EvasionModel) {
    this.model = model;
    this.#finder = new WordFinder(model.outline.words, model.known);
    this.#coverage = new Coverage(model.outline);
    this.#weights = Float64Array.from(model.weights);
    this.#cleared = new Set(model.cleared);
    this.#attributor = new Attributor(model, this.#finder);
  }

  /** One answer a line, in their order. It blocks: some microseconds a line. */
  score(lines: readonly string[]): Scored[] {
    return lines.map((line) => {
      const read = this.#finder.read(line);
      const score = this.#scoreOf(read);
      const verdict = this.#verdictOf(score, read);
      return verdict !== 'benign' && this.#isCleared(read) ? cleared : { score, verdict };
    });
  }

  /** The rules a line is near to, best first, and why; ten at most. */
  attribute(line: string, most = ruleLimit): Attribution {
    const read = this.#finder.read(line);
    return this.#attributor.attribute(line, read, this.#nearest(read).slice(0, most));
  }

  /** Margin and coverage of a line, before they are blended. */
  measure(line: string): readonly [margin: number, coverage: number] {
    const { margin, coverage } = this.#measure(this.#finder.read(line));
    return [margin, coverage];
  }

  /** Share of a line's tokens that are known; 1 where it has none. */
  familiarity(line: string): number {
    const { tokens, known } = this.#finder.read(line);
    return tokens === 0 ? 1 : known / tokens;
  }

  #scoreOf(read: Read): number {
    const { blend } = this.model;
    const { margin, coverage } = this.#measure(read);
    return 1 / (1 + Math.exp(-(blend.margin * margin + blend.coverage * coverage + blend.bias)));
  }

  /** A line of the same tokens as one that somebody cleared is cleared, too. */
  #isCleared({ list, tokens }: Read): boolean {
    if (this.#cleared.size === 0) return false;
    const texts = [...list.subarray(0, tokens)].map((token) => this.#finder.textOf(token));
    return this.#cleared.has(digestOf(texts));
  }

  /** Lines of the same words in the same order, as most are, are measured once. */
  #measure({ words, count }: Read): Measured {
    let hash: number = fnv.offset;
    for (let i = 0; i < count; i++) hash = Math.imul(hash ^ (words[i] as number), fnv.prime);
    hash >>>= 2;
    const known = this.#measured.get(hash);
    if (known !== undefined && isSame(known.words, words, count)) return known;
    if (this.#measured.size >= measuredLimit || this.#words + count > wordsLimit) {
      this.#measured.clear();
      this.#words = 0;
    }
    this.#words += count;
    const own: number[] = [];
    for (let i = 0; i < count; i++) own.push(words[i] as number);
    const measured: Measured = {
      words: own,
      margin: this.#margin(words, count),
      coverage: this.#coverage.best(words, count),
      near: undefined,
    };
    this.#last = measured;
    this.#measured.set(hash, measured);
    return measured;
  }

  #nearest(read: Read): readonly Near[] {
    const measured = this.#measure(read);
    if (measured.near === undefined) {
      if (measured !== this.#last) this.#coverage.best(read.words, read.count);
      this.#last = measured;
      measured.near = this.#coverage.nearest(ruleLimit);
    }
    return measured.near;
  }

  /** What speaks for benign counts no more than the model's limit, however much of it there is. */
  #margin(words: Int32Array, count: number): number {
    let pro = this.model.bias;
    let contra = 0;
    for (let i = 0; i < count; i++) {
      const weight = this.#weights[words[i] as number] as number;
      if (weight > 0) pro += weight;
      else contra += weight;
    }
    return Math.min(marginLimit, pro + Math.max(contra, -this.model.benignLimit));
  }

  #verdictOf(score: number, { tokens, known }: Read): Verdict {
    if (score >= this.model.threshold) return 'evasion';
    return tokens > 0 && known / tokens < this.model.familiarity ? 'novel' : 'benign';
  }
}
