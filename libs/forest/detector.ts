import { Forest } from './forest.ts';
import { Running } from './running.ts';

export interface DetectorOptions {
  /** Values in a row that make one point. Default 8. */
  readonly shingle?: number;
  readonly trees?: number;
  readonly sampleSize?: number;
  readonly seed?: number;
}

export interface Anomaly {
  /** 0 to 1; 0.5 where a value is as odd as is worth a look. */
  readonly score: number;
  /** 0 for what is usual; else how far beyond that it is, up to 1. */
  readonly grade: number;
  /** What the value was expected to be, by what followed when it last looked so. NaN while too little is known. */
  readonly expected: number;
}

/** Values that are only learnt from. */
const warmUp = 50;
/** Values that normalising goes by, about. */
const levelMemory = 1_000;
/** Scores that tell which are usual, about. */
const scoreMemory = 500;
/** Scores vary so much at least: what never varied would make anything odd. */
const leastDeviation = 0.02;
/** Deviations above the mean score from which a value is worth a look. */
const threshold = 5;
/** Values after an anomaly in which one that is no higher is its echo: the point has it for as long as it is a shingle, and what comes back to normal is odd as well. */
const echo = 50;
const echoShare = 1 / 3;
/** What goes beyond all there ever was, by a quarter of its range, counts so many deviations more. */
const beyondRange = 8;

/** Finds what is odd in a series as it comes: a random cut forest over the last values, and what its scores usually are. */
export class Detector {
  readonly #shingle: number;
  readonly #forest: Forest;
  readonly #point: Float32Array;
  readonly #level = new Running(levelMemory);
  readonly #scores = new Running(scoreMemory);
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #seen = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastOdd = 0;

  constructor({ shingle = 8, trees = 50, sampleSize = 256, seed = 0 }: DetectorOptions = {}) {
    this.#shingle = shingle;
    this.#forest = new Forest({ dimensions: shingle, trees, sampleSize, seed });
    this.#point = new Float32Array(shingle);
  }

  /** Says of the next value how odd it is, and learns from it. @param value finite */
  observe(value: number): Anomaly {
    this.#seen++;
    const normal = this.#normalise(value);
    this.#point.copyWithin(0, 1);
    this.#point[this.#shingle - 1] = normal;
    if (this.#seen < this.#shingle) {
      this.#extend(value);
      return { score: 0, grade: 0, expected: Number.NaN };
    }
    const raw = this.#forest.score(this.#point);
    const expected = this.#denormalise(this.#forest.expected(this.#point, this.#shingle - 1));
    const odd = this.#seen <= warmUp ? 0 : this.#withoutEcho(this.#oddness(raw) + this.#beyond(value));
    this.#forest.update(this.#point);
    this.#scores.add(raw);
    this.#extend(value);
    return { score: odd / (odd + threshold), grade: Math.max(0, 1 - threshold / odd), expected };
  }

  /** In deviations from what was usual before it. */
  #normalise(value: number): number {
    const { mean, deviation, count } = this.#level;
    const normal = count < 2 ? 0 : (value - mean) / Math.max(deviation, 1e-9);
    this.#level.add(value);
    return Math.max(-10, Math.min(10, normal));
  }

  #denormalise(normal: number): number {
    return this.#level.mean + normal * this.#level.deviation;
  }

  #oddness(raw: number): number {
    const { mean, deviation } = this.#scores;
    return Math.max(0, (raw - mean) / (deviation + leastDeviation));
  }

  #beyond(value: number): number {
    const range = this.#high - this.#low;
    const over = Math.max(0, value - this.#high, this.#low - value);
    return range > 0 ? beyondRange * Math.min(1, (4 * over) / range) : 0;
  }

  #extend(value: number): void {
    this.#low = Math.min(this.#low, value);
    this.#high = Math.max(this.#high, value);
  }

  #withoutEcho(odd: number): number {
    const isEcho = this.#seen - this.#lastAt < echo && odd <= this.#lastOdd;
    if (odd > threshold / 2 && !isEcho) {
      this.#lastAt = this.#seen;
      this.#lastOdd = odd;
    }
    return isEcho ? odd * echoShare : odd;
  }
}
