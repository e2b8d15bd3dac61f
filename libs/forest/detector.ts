import { Reader, UnreadableState, Writer } from './bytes.ts';
import { Feature, memory, type Oddness } from './feature.ts';
import { Forest } from './forest.ts';
import { Running } from './running.ts';
import { hibernate, restore, save } from './saved.ts';
import type { ScoreName } from './score.ts';
import { beyond, Tail } from './tail.ts';

export interface DetectorOptions {
  /** Values of a step. Default 1. */
  readonly features?: number;
  /** Steps in a row that make one point. Default 8. */
  readonly shingle?: number;
  readonly trees?: number;
  readonly sampleSize?: number;
  readonly seed?: number;
  /** Share of steps that are worth a look when nothing is the matter, above 0 and below 0.01, or a `RangeError` is thrown. Default 0.001. */
  readonly target?: number;
  /** As a {@link Forest}'s: default true. */
  readonly boxes?: boolean;
  /** What the forest's scores are made of. Default `depth`. */
  readonly score?: ScoreName;
}

export interface Anomaly {
  /** 0 to 1; 0.5 where a step is as odd as is worth a look. */
  readonly score: number;
  /** 0 for what is usual; else how far beyond that it is, up to 1. */
  readonly grade: number;
  /** 0 to 1: how much of what the forest keeps it has seen, less what of the last steps was not measured. */
  readonly confidence: number;
  /** What each feature was expected to be, by what followed when it last looked so. NaN while too little is known. */
  readonly expected: readonly number[];
  /** What of the score comes from each feature; adds up to it. Empty where the grade is 0. */
  readonly contributions: readonly number[];
}

const version = 2;
/** Steps that are only learnt from: none of them has a grade. */
export const warmUp = 31;
/** Scores vary so much at least: what never varied would make anything odd. */
const leastDeviation = 0.05;
/** Steps after an anomaly in which one that is no higher is its echo: the point has it for as long as it is a shingle, and what comes back to normal is odd as well. */
const echo = 100;
const echoShare = 1 / 3;
/** A score of the forest counts among the usual ones by no more than so many deviations above them: what is odd does not widen what is usual. */
const mostUsual = 3;
/** By how many powers of e rarer the next step must be after one that is worth a look; and how much rarer, or less rare while there is none, at most: a long anomaly does not hide the next. */
const [patienceStep, mostPatience] = [0.3, 1];

/**
 * Finds what is odd in a series as it comes. Odd is what a random cut forest over the last steps says is far from others, and
 * what is off a season that shows by itself; how odd, by how rarely this series has been as odd, so that its threshold is a
 * share of steps; what goes beyond all there ever was is rarer still.
 */
export class Detector {
  readonly #features: readonly Feature[];
  readonly #newest: readonly number[];
  readonly #shingle: number;
  readonly #scores = new Running(memory);
  readonly #tail = new Tail();
  /** How much of the last steps was measured. */
  readonly #measured: Running;
  #threshold: number;
  #point: Float32Array;
  #forest: Forest;
  #seen = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastOdd = 0;
  #raw = 0;
  /** By how many powers of e rarer a step must be, since more were worth a look than should be; below 0 where fewer were. */
  #patience = 0;

  constructor({ features = 1, shingle = 8, target = 0.001, ...forest }: DetectorOptions = {}) {
    if (!(target > 0 && target < beyond))
      throw new RangeError(`A target is above 0 and below ${beyond}, not ${target}.`);
    const dimensions = features * shingle;
    this.#shingle = shingle;
    this.#threshold = Math.log(beyond / target);
    this.#features = Array.from({ length: features }, () => new Feature());
    this.#newest = this.#features.map((_, i) => dimensions - features + i);
    this.#forest = new Forest({ dimensions, ...forest });
    this.#point = new Float32Array(dimensions);
    this.#measured = new Running(shingle);
  }

  /**
   * Says of the next step how odd it is, and learns from it. What was not measured is taken to be as expected; a step
   * of which nothing was is not odd, and not learnt from.
   *
   * @param values one by feature; finite, or NaN where it was not measured. Beyond ±1e30 counts as that.
   */
  observe(values: readonly number[]): Anomaly {
    return this.#step(values);
  }

  /**
   * Learns a step that was observed before, after all those before it: leaves what {@link observe} left, bit for bit, in a
   * fraction of the time.
   *
   * @param raw what {@link raw} was then
   */
  learn(values: readonly number[], raw: number): void {
    this.#step(values, raw);
  }

  /** What the forest said of the last step, before that was compared with what it usually says. */
  get raw(): number {
    return this.#raw;
  }

  #step(values: readonly number[], known?: number): Anomaly {
    const point = this.#point;
    const from = point.length - values.length;
    point.copyWithin(0, values.length);
    this.#seen++;
    const filled = this.#seen > this.#shingle;
    // What was learnt before needs it only in the place of what was not measured.
    const expected = known === undefined || values.some(Number.isNaN) ? this.#expected(filled) : [];
    let measured = 0;
    const odds = this.#features.map((feature, i): Oddness => {
      const value = values[i] as number;
      if (Number.isNaN(value)) {
        const instead = expected[i] as number;
        point[from + i] = Number.isNaN(instead) ? 0 : feature.normal(instead);
        feature.pass(Number.isNaN(instead) ? feature.level.mean : instead);
        return usual;
      }
      measured++;
      point[from + i] = feature.normal(value);
      return feature.observe(value);
    });
    this.#measured.add(measured / values.length);
    const raw = known ?? (filled ? this.#forest.score(point) : 0);
    this.#raw = raw;
    const apart = this.#apart(raw);
    const most = Math.max(apart, ...odds.map(({ unseasonal }) => unseasonal));
    const isGraded = measured > 0 && this.#seen > warmUp;
    const rarity = this.#tail.rarity(most) + Math.max(...odds.map((one) => one.beyond));
    const odd = isGraded && rarity > 0 ? this.#withoutEcho(Math.max(0, rarity - this.#patience)) : 0;
    const grade = Math.max(0, 1 - this.#threshold / odd);
    if (isGraded) {
      this.#tail.add(most);
      this.#bePatient(grade > 0);
    }
    const score = odd / (odd + this.#threshold);
    const contributions = grade > 0 && known === undefined ? this.#contributions(score, apart, odds) : [];
    if (measured > 0 && this.#seen >= this.#shingle) {
      this.#forest.update(point);
      if (filled) this.#scores.add(isGraded ? this.#usual(raw) : raw);
    }
    return {
      score,
      grade,
      confidence: Math.min(1, this.#forest.updates / this.#forest.options.sampleSize) * this.#measured.mean,
      expected,
      contributions,
    };
  }

  /** All of it: {@link Detector.restore} goes on bit for bit. */
  save(): Uint8Array {
    return this.#saved(save(this.#forest));
  }

  /** The same in a fraction of the bytes, with the forest as `hibernate` leaves it: restored, it has other trees of the same points. */
  hibernate(): Uint8Array {
    return this.#saved(hibernate(this.#forest));
  }

  /** The detector of what {@link save} or {@link hibernate} answered. Throws {@link UnreadableState} where it is none. */
  static restore(bytes: Uint8Array): Detector {
    const reader = new Reader(bytes);
    const found = reader.count(0, 255);
    if (found !== version)
      throw new UnreadableState(`It has version ${found}; version ${version} is read here.`);
    const features = reader.count(1, 0x7fff);
    const detector = new Detector({
      features,
      shingle: reader.count(1, 0x7fff),
      trees: 1,
      sampleSize: 2,
      boxes: false,
    });
    detector.#seen = reader.count(0, Number.MAX_SAFE_INTEGER);
    detector.#lastAt = reader.number();
    detector.#lastOdd = reader.number();
    detector.#threshold = reader.number();
    detector.#patience = reader.number();
    for (const feature of detector.#features) feature.restore(reader);
    detector.#scores.restore(reader);
    detector.#tail.restore(reader);
    detector.#measured.restore(reader);
    reader.get(detector.#point);
    detector.#forest = restore(reader.rest());
    return detector;
  }

  #saved(forest: Uint8Array): Uint8Array {
    const writer = new Writer();
    writer.number(version, this.#features.length, this.#shingle, this.#seen, this.#lastAt, this.#lastOdd);
    writer.number(this.#threshold, this.#patience);
    for (const part of [...this.#features, this.#scores, this.#tail, this.#measured]) part.save(writer);
    writer.put(this.#point);
    writer.put(forest);
    return writer.bytes();
  }

  /** What each feature would be: by its season, else by what the forest has seen follow. */
  #expected(filled: boolean): number[] {
    const bySeason = this.#features.map(({ expected }) => expected);
    const byForest =
      filled && bySeason.includes(undefined) ? this.#forest.expected(this.#point, this.#newest) : [];
    return this.#features.map((feature, i) => {
      const { mean, deviation } = feature.level;
      return feature.likely(bySeason[i] ?? mean + (byForest[i] ?? Number.NaN) * deviation);
    });
  }

  /** Deviations that a score of the forest is above the usual ones. */
  #apart(raw: number): number {
    const { mean, deviation } = this.#scores;
    return Math.max(0, (raw - mean) / (deviation + leastDeviation));
  }

  #usual(raw: number): number {
    const { mean, deviation } = this.#scores;
    return Math.min(raw, mean + mostUsual * (deviation + leastDeviation));
  }

  /** Follows the share of steps that were worth a look (adaptive conformal inference, Gibbs and Candès, NeurIPS 2021). */
  #bePatient(wasOdd: boolean): void {
    const target = beyond * Math.exp(-this.#threshold);
    const patience = this.#patience + patienceStep * (Number(wasOdd) - target);
    this.#patience = Math.max(-mostPatience, Math.min(mostPatience, patience));
  }

  #withoutEcho(odd: number): number {
    const isEcho = this.#seen - this.#lastAt < echo && odd <= this.#lastOdd;
    if (odd > this.#threshold / 2 && !isEcho) {
      this.#lastAt = this.#seen;
      this.#lastOdd = odd;
    }
    return isEcho ? odd * echoShare : odd;
  }

  /** A feature counts by its share of the forest's score, by how far it is off its season, and beyond its range. */
  #contributions(score: number, apart: number, odds: readonly Oddness[]): number[] {
    const shares = this.#forest.attribution(this.#point);
    const sums = odds.map(() => 0);
    for (const [i, share] of shares.entries())
      sums[i % sums.length] = (sums[i % sums.length] as number) + share;
    const all = sums.reduce((sum, share) => sum + share, 0);
    const parts = odds.map(
      ({ unseasonal, beyond: over }, i) => (apart * (sums[i] as number)) / all + unseasonal + over,
    );
    const whole = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part) => (score * part) / whole);
  }
}

const usual: Oddness = { unseasonal: 0, beyond: 0 };
