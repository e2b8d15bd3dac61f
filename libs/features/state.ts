import { createHash } from 'node:crypto';
import { featureErrors } from './errors.ts';

/** Raised with each change of what is written. */
const version = 1;

const digestOf = (features: string, payload: Uint8Array): Buffer =>
  createHash('sha256').update(`${version}\n${features.length}\n${features}`).update(payload).digest();

/**
 * Puts numbers and texts in a row. Bytes are: SHA-256 of the version, the features and what follows; how many numbers; the
 * numbers, 64 bits each as this machine keeps them; the texts as JSON.
 */
export class StateWriter {
  #numbers = new Float64Array(1_024);
  #count = 0;
  readonly #texts: string[] = [];

  number(number: number): void {
    if (this.#count === this.#numbers.length) {
      const wider = new Float64Array(2 * this.#count);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    this.#numbers[this.#count++] = number;
  }

  text(text: string): void {
    this.#texts.push(text);
  }

  /** @param features what the state is of; it can be read for the same only */
  bytes(features: string): Uint8Array {
    const payload = Buffer.concat([
      new Uint8Array(Float64Array.of(this.#count).buffer),
      new Uint8Array(this.#numbers.buffer, 0, 8 * this.#count),
      Buffer.from(JSON.stringify(this.#texts)),
    ]);
    return Buffer.concat([digestOf(features, payload), payload]);
  }
}

/** Takes out, in the same order, what {@link StateWriter} put in. */
export class StateReader {
  readonly #numbers: Float64Array;
  readonly #texts: readonly string[];
  #number = 0;
  #text = 0;

  /** @throws FEATURE_STATE_UNREADABLE where they are not the bytes of these features */
  constructor(bytes: Uint8Array, features: string) {
    // A copy, since numbers begin at a multiple of eight.
    const payload = new Uint8Array(bytes.subarray(32));
    if (bytes.length < 40 || !digestOf(features, payload).equals(bytes.subarray(0, 32)))
      throw featureErrors.FEATURE_STATE_UNREADABLE({ reason: 'it is damaged, or of other features' });
    const [count = 0] = new Float64Array(payload.buffer, 0, 1);
    this.#numbers = new Float64Array(payload.buffer, 8, count);
    this.#texts = JSON.parse(new TextDecoder().decode(payload.subarray(8 + 8 * count)));
  }

  number(): number {
    return this.#numbers[this.#number++] as number;
  }

  text(): string {
    return this.#texts[this.#text++] as string;
  }
}
