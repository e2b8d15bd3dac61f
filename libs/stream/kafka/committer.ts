import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { reasonOf, type TopicOffsets } from './protocol.ts';

const everyMs = 100;
const pauseMs = 200;

/**
 * Gathers positions and commits the newest of each partition, some times a second. Positions never move back; those of
 * partitions that are another's now are dropped.
 */
export class Committer {
  readonly #commit: (topics: readonly TopicOffsets[]) => Promise<boolean>;
  readonly #log: Logger;
  readonly #done = new Map<string, number>();
  readonly #pending = new Map<string, { topic: string; partition: number; offset: number }>();
  #scheduled: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param commit false where the partitions are another's; rejects where it may be tried again */
  constructor(commit: (topics: readonly TopicOffsets[]) => Promise<boolean>, log: Logger) {
    this.#commit = commit;
    this.#log = log;
  }

  /** A partition came, with everything below `offset` committed. */
  begin(topic: string, partition: number, offset: number): void {
    this.#done.set(`${topic}/${partition}`, offset);
  }

  add(topic: string, partition: number, offset: number): void {
    const key = `${topic}/${partition}`;
    const known = this.#pending.get(key)?.offset ?? this.#done.get(key);
    // Unknown: the partition is not held.
    if (known === undefined || offset <= known) return;
    this.#pending.set(key, { topic, partition, offset });
    this.#schedule(everyMs);
  }

  /** Commits what was added before; false where it could not within that time, or may not any more. */
  flush(withinMs: number): Promise<boolean> {
    const flushed = this.#turn.then(() => this.#flush(Date.now() + withinMs));
    this.#turn = flushed;
    return flushed;
  }

  /** All partitions went. */
  clear(): void {
    clearTimeout(this.#scheduled);
    this.#scheduled = undefined;
    this.#pending.clear();
    this.#done.clear();
  }

  async #flush(until: number): Promise<boolean> {
    const positions = [...this.#pending];
    if (positions.length === 0) return true;
    const topics = new Map<string, { partition: number; offset: string }[]>();
    for (const [, { topic, partition, offset }] of positions) {
      const partitions = topics.get(topic) ?? [];
      partitions.push({ partition, offset: String(offset) });
      topics.set(topic, partitions);
    }
    const request = [...topics].map(([topic, partitions]) => ({ topic, partitions }));
    for (;;) {
      try {
        // What is another's stays pending until it is cleared, so that nobody takes it for committed.
        if (!(await this.#commit(request))) return false;
        for (const [key, position] of positions) {
          if (this.#done.has(key)) this.#done.set(key, position.offset);
          if (this.#pending.get(key) === position) this.#pending.delete(key);
        }
        return true;
      } catch (error) {
        this.#log.warn({ reason: reasonOf(error) }, 'positions could not be committed; trying again');
        if (Date.now() > until) break;
        await setTimeout(pauseMs);
      }
    }
    // Nothing may be added for long, and what was should not wait for that.
    if (this.#pending.size > 0) this.#schedule(pauseMs);
    return false;
  }

  #schedule(afterMs: number): void {
    this.#scheduled ??= globalThis.setTimeout(() => {
      this.#scheduled = undefined;
      void this.flush(everyMs);
    }, afterMs);
  }
}
