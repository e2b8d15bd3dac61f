import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Consumer, StreamRecord, Subscription } from '../contract.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Group } from './groups.ts';
import type { Partition } from './partition.ts';
import type { Follower } from './tail.ts';

const defaultMaxRecords = 2_000;
const firstPauseMs = 100;
const longestPauseMs = 10_000;

interface ConsumerConfig {
  readonly stream: string;
  readonly subscription: Subscription;
  readonly group: Group;
  readonly partitions: readonly Partition[];
  readonly log: Logger;
  readonly closed: () => void;
}

/** Gives every partition to one consumer, each with a loop of its own. */
export async function createConsumer(config: ConsumerConfig): Promise<Consumer> {
  const { subscription, group, partitions, log, closed } = config;
  const readers: Reader[] = [];
  for (const partition of partitions)
    readers.push(new Reader(config, partition, await begin(config, partition)));
  // A group that is known keeps what it has yet to read, and `latest` means now, also after a crash.
  await group.flush();
  const runs = readers.map((reader) => reader.run());
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    for (const reader of readers) reader.stop();
    await Promise.all(runs);
    for (const partition of partitions) {
      await subscription.revoked?.(partition.id).catch((error: unknown) => {
        log.error(
          { group: group.name, partition: partition.id, err: error },
          'a consumer failed to let go of its state',
        );
      });
    }
    await group.flush();
    closed();
  }

  return {
    async drain() {
      await Promise.all(readers.map((reader) => reader.reach(reader.partition.end)));
      await group.flush();
    },
    commit: ({ partition, offset }) => group.commit(partition, offset),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function begin(
  { stream, subscription, group, log }: ConsumerConfig,
  partition: Partition,
): Promise<number> {
  const fresh = subscription.from === 'latest' ? partition.end : partition.first;
  const committed = group.position(partition.id) ?? fresh;
  group.commit(partition.id, committed);
  const next = (await subscription.assigned?.(partition.id)) ?? committed;
  if (next > partition.end)
    log.warn(
      { stream, group: group.name, partition: partition.id, position: next, end: partition.end },
      'a position lies beyond the end of the stream; going on at the end',
    );
  return Math.min(next, partition.end);
}

/** Hands the batches of one partition to `process`, one at a time. */
class Reader implements Follower {
  readonly partition: Partition;
  next: number;
  readonly #config: ConsumerConfig;
  readonly #stop = new AbortController();
  #signal: (() => void) | undefined;
  #waiting: {
    readonly target: number;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(config: ConsumerConfig, partition: Partition, next: number) {
    this.#config = config;
    this.partition = partition;
    this.next = next;
  }

  readonly wake = (): void => this.#signal?.();

  stop(): void {
    this.#stop.abort();
    this.wake();
  }

  /** Resolves when everything below `target` is processed. */
  reach(target: number): Promise<void> {
    if (this.next >= target) return Promise.resolve();
    if (this.#stop.signal.aborted) return Promise.reject(this.#closedError());
    return new Promise((resolve, reject) => this.#waiting.push({ target, resolve, reject }));
  }

  async run(): Promise<void> {
    this.partition.follow(this);
    while (!this.#stop.signal.aborted) {
      if (this.next >= this.partition.end) await this.#news();
      else {
        await this.#batch();
        // Handlers that never wait must not keep the process from its other work.
        await setImmediate();
      }
    }
    this.partition.unfollow(this);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedError());
  }

  async #batch(): Promise<void> {
    const { stream, subscription } = this.#config;
    const { end, id } = this.partition;
    const records = await this.#insist('could not read', () =>
      this.partition.fetch(this.next, subscription.maxRecords ?? defaultMaxRecords),
    );
    if (records === undefined) return;
    if (records.length > 0) {
      const process = () => subscription.process({ stream, partition: id, records }).then(() => true);
      if ((await this.#insist('could not process', process)) === undefined) return;
    }
    // Nothing readable up to the end: what stood there is damaged, and counted.
    this.#advance(records.length === 0 ? end : (records.at(-1) as StreamRecord).position.offset + 1);
  }

  #advance(next: number): void {
    const { group, subscription } = this.#config;
    this.next = next;
    this.partition.forget();
    if (subscription.commits !== 'manual') group.commit(this.partition.id, next);
    this.#waiting = this.#waiting.filter(({ target, resolve }) => {
      if (next >= target) resolve();
      return next < target;
    });
  }

  /** Tries again with growing pauses until it works; undefined when the consumer stops first. */
  async #insist<T>(failure: string, attempt: () => Promise<T>): Promise<T | undefined> {
    const { stream, group, log } = this.#config;
    const { signal } = this.#stop;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await attempt();
      } catch (error) {
        const details = {
          stream,
          group: group.name,
          partition: this.partition.id,
          position: this.next,
          pause,
        };
        log.warn({ ...details, err: error }, `a consumer ${failure} a batch; trying again`);
        await setTimeout(pause, undefined, { signal }).catch(() => {});
        if (signal.aborted) return undefined;
      }
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#signal = resolve;
      if (this.#stop.signal.aborted) resolve();
    });
  }

  #closedError(): Error {
    return errors.CONSUMER_CLOSED({ group: this.#config.group.name });
  }
}
