import type { Reader, Writer } from './bytes.ts';

/** Steps that are kept. */
const kept = 1_024;
/** A period is known when it came about twice. */
const longestShare = 0.45;
/** A first period is looked for after so many steps, then whenever they doubled, up to this often. */
const [first, often] = [64, 256];
/** Correlation from which there is a period, how much it rises to get there, and by how much a longer one must be better. */
const [strong, rise, better] = [0.7, 0.2, 0.01];

/** What comes again in a series: a period that shows by itself, and what stood there in the last three of them. */
export class Season {
  /** Steps; 0 while there is none. */
  period = 0;
  #count = 0;
  /** The last steps in a ring, less the first one ever, so that what varies little far from 0 keeps its digits. */
  readonly #ring = new Float32Array(kept);
  #origin = 0;

  /** What the next step would be by the periods before, and how far these are apart; absent while nothing comes again. */
  expected(): { readonly value: number; readonly spread: number } | undefined {
    const { period } = this;
    if (period === 0) return undefined;
    const one = this.#ago(period);
    if (2 * period > Math.min(kept, this.#count)) return { value: one, spread: 0 };
    const two = this.#ago(2 * period);
    const [low, high] = [Math.min(one, two), Math.max(one, two)];
    if (3 * period > Math.min(kept, this.#count)) return { value: (low + high) / 2, spread: high - low };
    const three = this.#ago(3 * period);
    return {
      value: Math.max(low, Math.min(high, three)),
      spread: Math.max(high, three) - Math.min(low, three),
    };
  }

  add(value: number): void {
    if (this.#count === 0) this.#origin = value;
    this.#ring[this.#count % kept] = value - this.#origin;
    this.#count++;
    const count = this.#count;
    if (count % often === 0 || (count >= first && (count & (count - 1)) === 0)) this.#look();
  }

  save(writer: Writer): void {
    writer.number(this.#count, this.period, this.#origin);
    writer.put(this.#ring.subarray(0, this.#count));
  }

  restore(reader: Reader): void {
    this.#count = reader.count(0, Number.MAX_SAFE_INTEGER);
    this.period = reader.count(0, kept);
    this.#origin = reader.number();
    reader.get(this.#ring.subarray(0, this.#count));
  }

  #ago(steps: number): number {
    return this.#origin + (this.#ring[(this.#count - steps) % kept] as number);
  }

  /** Finds the period: the highest peak of the series' correlation with itself some steps before. */
  #look(): void {
    const count = Math.min(kept, this.#count);
    const from = this.#count - count;
    const values = Float64Array.from({ length: count }, (_, i) => this.#ring[(from + i) % kept] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    for (let i = 0; i < count; i++) values[i] = (values[i] as number) - mean;
    this.period = 0;
    const whole = correlation(values, 0);
    if (whole === 0) return;
    let [best, least] = [strong - better, 1];
    let [before, here] = [1, correlation(values, 1) / whole];
    for (let lag = 2; lag <= Math.floor(longestShare * count); lag++) {
      const next = correlation(values, lag) / whole;
      least = Math.min(least, here);
      if (here >= before && here >= next && here - least > rise && here > best + better) {
        best = here;
        this.period = lag - 1;
      }
      [before, here] = [here, next];
    }
  }
}

/** Of values around 0, some steps apart: their mean product. */
function correlation(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += (values[i] as number) * (values[i - lag] as number);
  return sum / (values.length - lag);
}
