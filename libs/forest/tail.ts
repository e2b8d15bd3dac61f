import type { Reader, Writer } from './bytes.ts';

/** Share of what comes that is beyond the quantile. */
export const beyond = 0.01;
/** How far the quantile moves with each value, once it is near. */
const stride = 0.02;
/** Less is not odd, however rare: of what never varies, anything would be. */
const least = 0.5;
/** Excesses that are remembered, about. */
const memory = 1_000 * beyond;
/** Before any came, the mean excess is taken to be 1, as if so many had been seen. */
const supposed = 30;

/**
 * How rarely something as high comes: the highest of what came, by a quantile that follows it and the mean excess over
 * that. Values above the quantile are taken to be exponential, as the excesses of most distributions become (Pickands,
 * Annals of Statistics 3, 1975; kept up on a stream as in Siffer et al., KDD 2017).
 */
export class Tail {
  #count = 0;
  #quantile = 1;
  #excesses = 0;
  #mean = 0;

  /** By how many powers of e a value is rarer than the quantile; 0 for what is not beyond it. */
  rarity(value: number): number {
    return Math.max(0, value - this.#quantile) / this.#scale;
  }

  add(value: number): void {
    const step = Math.max(stride, 1 / ++this.#count);
    const excess = Math.min(value - this.#quantile, 10 * this.#scale);
    if (excess <= 0) {
      this.#quantile = Math.max(least, this.#quantile - step * beyond);
      return;
    }
    this.#quantile += step * (1 - beyond);
    this.#excesses++;
    this.#mean += Math.max(1 / this.#excesses, 1 / memory) * (excess - this.#mean);
  }

  save(writer: Writer): void {
    writer.number(this.#count, this.#quantile, this.#excesses, this.#mean);
  }

  restore(reader: Reader): void {
    this.#count = reader.number();
    this.#quantile = reader.number();
    this.#excesses = reader.number();
    this.#mean = reader.number();
  }

  get #scale(): number {
    const seen = Math.min(this.#excesses, 1_000);
    return (seen * this.#mean + supposed) / (seen + supposed);
  }
}
