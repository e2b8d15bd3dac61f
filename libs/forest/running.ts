import type { Reader, Writer } from './bytes.ts';

/** Mean and deviation of what came, newer values counting more once there were many. */
export class Running {
  count = 0;
  mean = 0;
  #variance = 0;
  readonly #memory: number;

  /** @param memory values that count, about */
  constructor(memory: number) {
    this.#memory = memory;
  }

  add(value: number): void {
    this.count++;
    const share = Math.max(1 / this.count, 1 / this.#memory);
    const away = value - this.mean;
    this.mean += share * away;
    this.#variance = (1 - share) * (this.#variance + share * away * away);
  }

  get deviation(): number {
    return Math.sqrt(this.#variance);
  }

  save(writer: Writer): void {
    writer.number(this.count, this.mean, this.#variance);
  }

  restore(reader: Reader): void {
    this.count = reader.number();
    this.mean = reader.number();
    this.#variance = reader.number();
  }
}
