import type { Reader, Writer } from './bytes.ts';
import { Running } from './running.ts';
import { Season } from './season.ts';

/** Steps that levels and deviations go by, about. */
export const memory = 1_000;
/** A feature is off its season by its usual deviation from that, but no less than this share of its deviation. */
const leastShare = 0.05;
/** Deviations from the season are known after so many. */
const knownAfter = 20;
/** What goes beyond all there ever was, by a quarter of its range, is so many powers of e rarer. */
const beyondRange = 8;
const mostDeviations = 20;
/** Sums of squares of what is larger would leave the numbers there are. */
const largest = 1e30;

/** How odd a value is by itself. */
export interface Oddness {
  /** Deviations that it is off its season; 0 where there is none. */
  readonly unseasonal: number;
  /** Powers of e that it is rarer for being beyond all there ever was. */
  readonly beyond: number;
}

/** What is known of one feature: its level, its range, and what comes again. */
export class Feature {
  readonly level = new Running(memory);
  readonly #season = new Season();
  readonly #residual = new Running(memory);
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  /** What the next value would be by its season; absent where there is none. */
  get expected(): number | undefined {
    return this.#season.expected()?.value;
  }

  /** In deviations from what was usual before. */
  normal(value: number): number {
    const { mean, deviation, count } = this.level;
    if (count < 2) return 0;
    return Math.max(-10, Math.min(10, (within(value) - mean) / Math.max(deviation, 1e-9)));
  }

  /** The nearest to a value of what there ever was: where the level moved, deviations from it lead as far as to counts below 0. */
  likely(value: number): number {
    return Math.max(this.#low, Math.min(this.#high, value));
  }

  /** Says how odd the next value is, and learns it. */
  observe(measured: number): Oddness {
    const value = within(measured);
    const odd = { unseasonal: this.#unseasonal(value), beyond: this.#beyond(value) };
    this.#season.add(value);
    this.level.add(value);
    this.#low = Math.min(this.#low, value);
    this.#high = Math.max(this.#high, value);
    return odd;
  }

  /** The next value was not measured, and is taken to be this one. */
  pass(value: number): void {
    this.#season.add(within(value));
  }

  save(writer: Writer): void {
    this.level.save(writer);
    this.#residual.save(writer);
    writer.number(this.#low, this.#high);
    this.#season.save(writer);
  }

  restore(reader: Reader): void {
    this.level.restore(reader);
    this.#residual.restore(reader);
    this.#low = reader.number();
    this.#high = reader.number();
    this.#season.restore(reader);
  }

  #unseasonal(value: number): number {
    const expected = this.#season.expected();
    if (expected === undefined) return 0;
    const off = value - expected.value;
    const { count, deviation } = this.#residual;
    this.#residual.add(off);
    const usual = deviation + expected.spread / 2 + leastShare * Math.max(this.level.deviation, 1e-12);
    return count < knownAfter ? 0 : Math.min(mostDeviations, Math.abs(off) / usual);
  }

  #beyond(value: number): number {
    const range = this.#high - this.#low;
    const over = Math.max(0, value - this.#high, this.#low - value);
    return range > 0 ? beyondRange * Math.min(1, (4 * over) / range) : 0;
  }
}

const within = (value: number): number => Math.max(-largest, Math.min(largest, value));
