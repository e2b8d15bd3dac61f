import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { Target } from './fetcher.ts';
import { type FetchedMessage, reasonOf } from './protocol.ts';

/** Records from `next` to before `from` that were fetched and not processed. */
export interface Leftover {
  readonly next: number;
  readonly from: number;
  readonly queue: readonly FetchedMessage[];
}

export interface PartitionReaderConfig {
  readonly topic: string;
  readonly partition: number;
  readonly group: string;
  readonly maxRecords: number;
  readonly log: Logger;
  /** What is at hand already, should it begin there. */
  readonly leftover?: Leftover | undefined;
  /** Where to begin: restores what goes with the partition first. */
  readonly begin: () => Promise<number>;
  readonly process: (messages: readonly FetchedMessage[]) => Promise<void>;
  /** Everything below `next` is processed. */
  readonly advanced: (next: number) => void;
  /** It takes records again. */
  readonly hungry: () => void;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** What is held ready while a batch is processed. */
const readAheadBytes = 1024 * 1024;
const overheadBytes = 64;

/** Hands the batches of one partition to `process`, one at a time, and fetches no more while that is behind. */
export class PartitionReader implements Target {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to fetch. */
  from = 0;
  /** The next offset to process; undefined until `begin` told. */
  next: number | undefined;
  readonly #config: PartitionReaderConfig;
  readonly #stop = new AbortController();
  #queue: FetchedMessage[] = [];
  #bytes = 0;
  #signal = () => {};

  constructor(config: PartitionReaderConfig) {
    this.#config = config;
    this.topic = config.topic;
    this.partition = config.partition;
  }

  get hungry(): boolean {
    return this.next !== undefined && this.#bytes < readAheadBytes && !this.#stop.signal.aborted;
  }

  /** When the oldest record that is not processed was written, epoch ms; undefined where none was fetched. */
  get oldest(): number | undefined {
    const [first] = this.#queue;
    return first === undefined ? undefined : Number(first.timestamp);
  }

  deliver(messages: readonly FetchedMessage[], next: number): void {
    for (const message of messages) {
      this.#queue.push(message);
      this.#bytes += sizeOf(message);
    }
    this.from = next;
    this.#signal();
  }

  /** What is under way is finished; what waits to be tried again is given up. */
  stop(): void {
    this.#stop.abort();
    this.#signal();
  }

  /** Until stopped. Never rejects. */
  async run(): Promise<void> {
    const start = await this.#insist('restore', this.#config.begin);
    if (start === undefined) return;
    const { leftover } = this.#config;
    this.next = start;
    this.from = start;
    if (leftover?.next === start) this.deliver(leftover.queue, leftover.from);
    this.#config.hungry();
    while (!this.#stop.signal.aborted) {
      if (this.#queue.length === 0) {
        // Markers and what compaction took are passed by.
        if (this.from > this.next) this.#advance(this.from);
        await this.#news();
      } else {
        await this.#batch();
        // Handlers that never wait must not keep the process from its other work.
        await setImmediate();
      }
    }
  }

  /** After `run`: what another reader of the partition need not fetch again. */
  leftover(): Leftover | undefined {
    return this.next === undefined ? undefined : { next: this.next, from: this.from, queue: this.#queue };
  }

  async #batch(): Promise<void> {
    const messages = this.#queue.slice(0, this.#config.maxRecords);
    const done = await this.#insist('process', () => this.#config.process(messages).then(() => true));
    if (done === undefined) return;
    this.#queue.splice(0, messages.length);
    const before = this.#bytes;
    for (const message of messages) this.#bytes -= sizeOf(message);
    if (before >= readAheadBytes && this.#bytes < readAheadBytes) this.#config.hungry();
    this.#advance(Number(messages.at(-1)?.offset) + 1);
  }

  #advance(next: number): void {
    this.next = next;
    this.#config.advanced(next);
  }

  /** Tries again with growing pauses until it works; undefined when the reader stops first. */
  async #insist<T>(what: string, attempt: () => Promise<T>): Promise<T | undefined> {
    const { topic, partition, group, log } = this.#config;
    const { signal } = this.#stop;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await attempt();
      } catch (error) {
        log.warn(
          { topic, partition, group, position: this.next, pause, reason: reasonOf(error), err: error },
          `a consumer could not ${what} a partition; trying again`,
        );
        await setTimeout(pause, undefined, { signal }).catch(() => {});
        if (signal.aborted) return undefined;
      }
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#signal = resolve;
      if (this.#queue.length > 0 || this.#stop.signal.aborted) resolve();
    });
  }
}

const sizeOf = ({ key, value }: FetchedMessage): number =>
  overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
