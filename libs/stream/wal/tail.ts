import type { StreamRecord } from '../contract.ts';

/** Somebody who follows a partition; `next` is the offset it wants next. */
export interface Follower {
  readonly next: number;
  readonly wake: () => void;
}

/** What a record is taken to cost: itself, its bytes, and what the appender decoded, which is a few facts. */
const weigh = (record: StreamRecord): number =>
  200 + record.value.byteLength + (record.decoded === undefined ? 0 : 150);

/**
 * The newest records of a partition, without a gap up to its end, for consumers that keep up. Over its budget the
 * oldest leave: whoever still wants them reads the segments.
 */
export class Tail {
  readonly #maxWeight: number;
  #records: StreamRecord[] = [];
  #start = 0;
  #weight = 0;

  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  get first(): StreamRecord | undefined {
    return this.#records[this.#start];
  }

  add(records: readonly StreamRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      this.#weight += weigh(record);
    }
    while (this.#weight > this.#maxWeight) this.#drop();
    this.#compact();
  }

  /** Forgets what nobody waits for any more. */
  prune(before: number): void {
    for (let first = this.first; first !== undefined && first.position.offset < before; first = this.first)
      this.#drop();
    this.#compact();
  }

  clear(): void {
    this.#records = [];
    this.#start = 0;
    this.#weight = 0;
  }

  /** Records from `from` on; undefined where the tail begins later. */
  take(from: number, limit: number, maxBytes: number): StreamRecord[] | undefined {
    const first = this.first;
    if (first === undefined || from < first.position.offset) return undefined;
    const begin = this.#find(from);
    const most = Math.min(begin + limit, this.#records.length);
    let end = begin;
    for (let bytes = 0; end < most && bytes < maxBytes; end++) bytes += this.#at(end).value.byteLength;
    return this.#records.slice(begin, end);
  }

  /** The first record at or above `offset`. */
  at(offset: number): StreamRecord | undefined {
    const first = this.first;
    if (first === undefined || offset < first.position.offset) return undefined;
    return this.#records[this.#find(offset)];
  }

  #find(offset: number): number {
    let low = this.#start;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle).position.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #at(index: number): StreamRecord {
    return this.#records[index] as StreamRecord;
  }

  #drop(): void {
    this.#weight -= weigh(this.#at(this.#start));
    this.#start++;
  }

  #compact(): void {
    if (this.#start === this.#records.length) this.clear();
    // Dropped records must be freed, yet moving the rest for every batch would be quadratic.
    else if (this.#start > 1_000 && this.#start * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#start);
      this.#start = 0;
    }
  }
}
