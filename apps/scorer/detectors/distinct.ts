import { hash } from 'node:crypto';

/** So many of the smallest hashes are kept: up to here a count is exact, beyond it its standard error is 1 / √1022, about 3 %. */
const kept = 1_024;
/** A hash is a number below this: 52 bits. */
const range = 2 ** 52;

/**
 * How many different texts there were, by the smallest of their hashes (k minimum values: Bar-Yossef et al. 2002, with the
 * estimator of Beyer et al. 2007).
 */
export class Distinct {
  readonly #hashes: Set<number>;
  #largest: number;

  /** @param hashes what {@link Distinct.toJSON} gave */
  constructor(hashes: readonly number[] = []) {
    this.#hashes = new Set(hashes);
    this.#largest = this.#hashes.size < kept ? range : Math.max(...this.#hashes);
  }

  add(text: string): void {
    const number = Number.parseInt(hash('sha1', text).slice(0, 13), 16);
    if (number >= this.#largest || this.#hashes.has(number)) return;
    if (this.#hashes.size === kept) this.#hashes.delete(this.#largest);
    this.#hashes.add(number);
    if (this.#hashes.size === kept) this.#largest = Math.max(...this.#hashes);
  }

  get count(): number {
    if (this.#hashes.size < kept) return this.#hashes.size;
    return Math.round(((kept - 1) * range) / this.#largest);
  }

  toJSON(): number[] {
    return [...this.#hashes];
  }
}
