import { Reader, UnreadableState, Writer } from './bytes.ts';
import { Forest } from './forest.ts';
import { Running } from './running.ts';
import { restore, save } from './saved.ts';

export interface DetectorOptions {
  /** Values of a step. Default 1. */
  readonly features?: number;
  /** Steps in a row that make one point. Default 8. */
  readonly shingle?: number;
  readonly trees?: number;
  readonly sampleSize?: number;
  readonly seed?: number;
  /** As a {@link Forest}'s: default true. */
  readonly boxes?: boolean;
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

const version = 1;
/** Steps that are only learnt from. */
const warmUp = 50;
/** Values that normalising goes by, about. */
const levelMemory = 1_000;
/** Scores that tell which are usual, about. */
const scoreMemory = 500;
/** Scores vary so much at least: what never varied would make anything odd. */
const leastDeviation = 0.02;
/** Deviations above the mean score from which a step is worth a look. */
const threshold = 5;
/** Steps after an anomaly in which one that is no higher is its echo: the point has it for as long as it is a shingle, and what comes back to normal is odd as well. */
const echo = 50;
const echoShare = 1 / 3;
/** What goes beyond all there ever was, by a quarter of its range, counts so many deviations more. */
const beyondRange = 8;

/** What is known of one feature. */
interface Feature {
  readonly level: Running;
  low: number;
  high: number;
}

/** Finds what is odd in a series as it comes: a random cut forest over the last steps, and what its scores usually are. */
export class Detector {
  readonly #features: readonly Feature[];
  readonly #newest: readonly number[];
  readonly #shingle: number;
  readonly #scores = new Running(scoreMemory);
  /** How much of the last steps was measured. */
  readonly #measured: Running;
  #point: Float32Array;
  #forest: Forest;
  #seen = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastOdd = 0;

  constructor({ features = 1, shingle = 8, ...forest }: DetectorOptions = {}) {
    const dimensions = features * shingle;
    this.#shingle = shingle;
    this.#features = Array.from({ length: features }, () => ({
      level: new Running(levelMemory),
      low: Number.POSITIVE_INFINITY,
      high: Number.NEGATIVE_INFINITY,
    }));
    this.#newest = this.#features.map((_, i) => dimensions - features + i);
    this.#forest = new Forest({ dimensions, ...forest });
    this.#point = new Float32Array(dimensions);
    this.#measured = new Running(shingle);
  }

  /**
   * Says of the next step how odd it is, and learns from it. What was not measured is taken to be as expected; a step
   * of which nothing was is not odd, and not learnt from.
   *
   * @param values one by feature; finite, or NaN where it was not measured
   */
  observe(values: readonly number[]): Anomaly {
    const point = this.#point;
    const from = point.length - values.length;
    point.copyWithin(0, values.length);
    this.#seen++;
    const filled = this.#seen > this.#shingle;
    const expected = filled ? this.#forest.expected(point, this.#newest) : undefined;
    let measured = 0;
    let beyond = 0;
    for (const [i, feature] of this.#features.entries()) {
      const value = values[i] as number;
      point[from + i] = Number.isNaN(value) ? (expected?.[i] ?? 0) : normal(feature, value);
      if (Number.isNaN(value)) continue;
      measured++;
      beyond = Math.max(beyond, beyondOf(feature, value));
      learn(feature, value);
    }
    this.#measured.add(measured / values.length);
    const raw = filled ? this.#forest.score(point) : 0;
    const isGraded = measured > 0 && this.#seen > warmUp;
    const odd = isGraded ? this.#withoutEcho(this.#oddness(raw) + beyond) : 0;
    const grade = Math.max(0, 1 - threshold / odd);
    const score = odd / (odd + threshold);
    const contributions = grade > 0 ? this.#contributions(score) : [];
    if (measured > 0 && this.#seen >= this.#shingle) {
      this.#forest.update(point);
      if (filled) this.#scores.add(raw);
    }
    return {
      score,
      grade,
      confidence: Math.min(1, this.#forest.updates / this.#forest.options.sampleSize) * this.#measured.mean,
      expected: this.#features.map(
        ({ level }, i) => level.mean + (expected?.[i] ?? Number.NaN) * level.deviation,
      ),
      contributions,
    };
  }

  /** All of it: {@link Detector.restore} goes on bit for bit. */
  save(): Uint8Array {
    const writer = new Writer();
    writer.number(version, this.#features.length, this.#shingle, this.#seen, this.#lastAt, this.#lastOdd);
    for (const { level, low, high } of this.#features) {
      level.save(writer);
      writer.number(low, high);
    }
    this.#scores.save(writer);
    this.#measured.save(writer);
    writer.put(this.#point);
    writer.put(save(this.#forest));
    return writer.bytes();
  }

  /** The detector of what {@link save} answered. Throws {@link UnreadableState} where it is none. */
  static restore(bytes: Uint8Array): Detector {
    const reader = new Reader(bytes);
    const found = reader.count(0, 255);
    if (found !== version)
      throw new UnreadableState(`It has version ${found}; version ${version} is read here.`);
    const features = reader.count(1, 0x7fff);
    const detector = new Detector({ features, shingle: reader.count(1, 0x7fff), trees: 1, sampleSize: 2 });
    detector.#seen = reader.count(0, Number.MAX_SAFE_INTEGER);
    detector.#lastAt = reader.number();
    detector.#lastOdd = reader.number();
    for (const feature of detector.#features) {
      feature.level.restore(reader);
      feature.low = reader.number();
      feature.high = reader.number();
    }
    detector.#scores.restore(reader);
    detector.#measured.restore(reader);
    reader.get(detector.#point);
    detector.#forest = restore(reader.rest());
    return detector;
  }

  #oddness(raw: number): number {
    const { mean, deviation } = this.#scores;
    return Math.max(0, (raw - mean) / (deviation + leastDeviation));
  }

  #withoutEcho(odd: number): number {
    const isEcho = this.#seen - this.#lastAt < echo && odd <= this.#lastOdd;
    if (odd > threshold / 2 && !isEcho) {
      this.#lastAt = this.#seen;
      this.#lastOdd = odd;
    }
    return isEcho ? odd * echoShare : odd;
  }

  #contributions(score: number): number[] {
    const shares = this.#forest.attribution(this.#point);
    const sums = this.#features.map(() => 0);
    let whole = 0;
    for (const [i, share] of shares.entries()) {
      const feature = i % sums.length;
      sums[feature] = (sums[feature] as number) + share;
      whole += share;
    }
    return sums.map((sum) => (score * sum) / whole);
  }
}

/** In deviations from what was usual before it. */
function normal({ level: { mean, deviation, count } }: Feature, value: number): number {
  if (count < 2) return 0;
  return Math.max(-10, Math.min(10, (value - mean) / Math.max(deviation, 1e-9)));
}

function beyondOf({ low, high }: Feature, value: number): number {
  const range = high - low;
  const over = Math.max(0, value - high, low - value);
  return range > 0 ? beyondRange * Math.min(1, (4 * over) / range) : 0;
}

function learn(feature: Feature, value: number): void {
  feature.level.add(value);
  feature.low = Math.min(feature.low, value);
  feature.high = Math.max(feature.high, value);
}
