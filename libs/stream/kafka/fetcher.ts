import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { Connection } from './client.ts';
import { committed, type FetchedMessage, protocolError, reasonOf } from './protocol.ts';

/** A partition that is read. */
export interface Target {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to fetch. */
  readonly from: number;
  /** Whether it takes more now. */
  readonly hungry: boolean;
  /** Records from `from` on, which is then `next`. */
  deliver(messages: readonly FetchedMessage[], next: number): void;
}

/** A partition of which more than this is fetched at once, or fetched in parts, only where one batch is larger. */
const fetchBytes = 1024 * 1024;
/** How long a broker may wait for news; a partition that was just given to this process waits for that long at most. */
const longPollMs = 250;
/** While a partition is left out because its handler is behind, so that it is soon asked for again. */
const shortPollMs = 20;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
const readCommitted = 1;

/** Fetches for partitions as they get hungry: one loop per broker, so that a dead one holds up nobody else's. */
export class Fetcher {
  readonly #connection: Connection;
  readonly #log: Logger;
  readonly #targets = new Set<Target>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(connection: Connection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  add(target: Target): void {
    this.#targets.add(target);
    this.#spread();
    this.wake();
  }

  remove(target: Target): void {
    this.#targets.delete(target);
    this.wake();
  }

  /** A partition got hungry. */
  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.wake();
  }

  /** A loop for every broker that leads a partition. */
  #spread(): void {
    for (const target of this.#targets) {
      const node = this.#leaderOf(target);
      if (this.#running.has(node)) continue;
      this.#running.set(node, this.#poll(node));
    }
  }

  /** Unknown leaders get a loop of their own, which fails until metadata know better. */
  #leaderOf({ topic, partition }: Target): string {
    try {
      const [node = 'unknown'] = this.#connection.leaders(topic, [partition]).keys();
      return node;
    } catch {
      return 'unknown';
    }
  }

  async #poll(node: string): Promise<void> {
    let pause = firstPauseMs;
    while (!this.#stop.signal.aborted) {
      const mine = [...this.#targets].filter((target) => this.#leaderOf(target) === node);
      if (mine.length === 0) break;
      const hungry = mine.filter((target) => target.hungry);
      if (hungry.length === 0) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      try {
        await this.#fetch(node, hungry, hungry.length === mine.length ? longPollMs : shortPollMs);
        pause = firstPauseMs;
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        this.#log.warn({ node, reason: reasonOf(error), pause }, 'could not fetch from Kafka; trying again');
        await setTimeout(pause, undefined, { signal: this.#stop.signal }).catch(() => {});
        pause = Math.min(pause * 2, longestPauseMs);
        await this.#connection.refresh();
        this.#spread();
      }
    }
    this.#running.delete(node);
    if (!this.#stop.signal.aborted) this.#spread();
  }

  async #fetch(nodeId: string, hungry: readonly Target[], maxWaitTime: number): Promise<void> {
    const asked = new Map<string, { readonly target: Target; readonly from: number }>();
    const topics = new Map<string, { partition: number; fetchOffset: string; maxBytes: number }[]>();
    for (const target of hungry) {
      const { topic, partition, from } = target;
      asked.set(`${topic}/${partition}`, { target, from });
      const partitions = topics.get(topic) ?? [];
      partitions.push({ partition, fetchOffset: String(from), maxBytes: fetchBytes });
      topics.set(topic, partitions);
    }
    const node = await this.#connection.node(nodeId);
    const request = {
      isolationLevel: readCommitted,
      maxWaitTime,
      minBytes: 1,
      maxBytes: fetchBytes,
      topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
    };
    const answer = await node.fetch(request).catch((error: unknown) => {
      if (protocolError(error) !== 'OFFSET_OUT_OF_RANGE') throw error;
    });
    if (answer === undefined) return this.#bringBack(hungry);
    const empty = answer.responses.every(({ partitions }) =>
      partitions.every((one) => one.messages.length === 0),
    );
    for (const { topicName, partitions } of answer.responses) {
      for (const fetched of partitions) {
        const { target, from } = asked.get(`${topicName}/${fetched.partition}`) ?? {};
        // Given up, or set to another place, while the request was under way.
        if (target === undefined || !this.#targets.has(target) || target.from !== from) continue;
        const end = Number(fetched.lastStableOffset ?? fetched.highWatermark);
        const last = fetched.messages.at(-1);
        // A compressed batch comes whole, also what lies before the offset asked for.
        const messages = committed(fetched).filter(({ offset }) => Number(offset) >= from);
        // Nothing, though there is something: compaction may leave a batch without records.
        if (last !== undefined) target.deliver(messages, Math.max(Number(last.offset), from) + 1);
        else if (empty && end > from) target.deliver([], from + 1);
      }
    }
  }

  /** Retention overtook a reader, or the topic was made anew: it goes on at the nearest record there is. */
  async #bringBack(targets: readonly Target[]): Promise<void> {
    for (const target of targets) {
      const { topic, partition, from } = target;
      const first = (await this.#connection.offsets(topic, [partition], 'earliest')).get(partition) ?? from;
      const end = (await this.#connection.offsets(topic, [partition], 'latest')).get(partition) ?? from;
      const next = Math.min(Math.max(from, first), end);
      if (next === from) continue;
      this.#log.error(
        { topic, partition, position: from, first, end },
        'a position lies outside the topic: what was between is lost; going on at the nearest record',
      );
      target.deliver([], next);
    }
  }
}
