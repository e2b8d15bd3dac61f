import type { IndexedEvent, WriteOutcome } from '../../contract.ts';

/** A call of `write` that has yet to answer. Its records leave in order, but may be answered in any. */
export class PendingWrite {
  readonly batch: readonly IndexedEvent[];
  readonly outcome: Promise<WriteOutcome[]>;
  /** First record that is in no request yet. */
  next = 0;
  readonly #outcomes: WriteOutcome[];
  #unsettled: number;
  #resolve: (outcomes: WriteOutcome[]) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(batch: readonly IndexedEvent[]) {
    this.batch = batch;
    this.#outcomes = new Array(batch.length);
    this.#unsettled = batch.length;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  settle(index: number, outcome: WriteOutcome): void {
    this.#outcomes[index] = outcome;
    if (--this.#unsettled === 0) this.#resolve(this.#outcomes);
  }

  /** No outcome will come for one of its records. */
  giveUp(error: Error): void {
    this.#reject(error);
  }
}
