import { setTimeout } from 'node:timers/promises';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Client } from './client.ts';
import { Committer } from './committer.ts';
import { Fetcher } from './fetcher.ts';
import { type Assigned, Membership } from './membership.ts';
import { type Leftover, PartitionReader } from './partition_reader.ts';
import type { FetchedMessage } from './protocol.ts';

export interface GroupReaderConfig {
  readonly client: Client;
  readonly groupId: string;
  /** Asked at each join. */
  readonly topics: () => readonly string[];
  readonly from: 'earliest' | 'latest';
  readonly maxRecords: number;
  readonly commits: 'batch' | 'manual';
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How often the cluster is asked for new partitions. */
  readonly discoverEveryMs: number;
  readonly log: Logger;
  readonly assigned?: (topic: string, partition: number) => Promise<number | undefined>;
  readonly revoked?: (topic: string, partition: number, lost: boolean) => Promise<void>;
  readonly process: (topic: string, partition: number, messages: readonly FetchedMessage[]) => Promise<void>;
}

export interface GroupReader {
  drain(): Promise<void>;
  commit(topic: string, partition: number, offset: number): void;
  /** `topics` answers with more now. */
  extend(): Promise<void>;
  /** Of the partitions held: records yet to be processed, and the age in seconds of the oldest that was fetched. */
  lag(): Promise<{ readonly records: number; readonly seconds: number }>;
  close(): Promise<void>;
}

/** Long enough for a broker to come back, short enough for a shutdown. */
const flushWithinMs = 3_000;
const pauseMs = 100;

/** Reads topics as one member of a group, a loop per partition. Resolves with the first assignment. */
export async function createGroupReader(config: GroupReaderConfig): Promise<GroupReader> {
  const { client, groupId, log } = config;
  const connection = await client.connect();
  const fetcher = new Fetcher(connection, log);
  const readers = new Map<PartitionReader, Promise<void>>();
  /** Most partitions come back after a rebalance. */
  const leftovers = new Map<string, Leftover | undefined>();
  let settled = false;
  let closing: Promise<void> | undefined;
  const waiting: (() => void)[] = [];
  const changed = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };

  const membership = new Membership({ ...config, connection, assigned, revoked });
  const committer = new Committer((topics) => membership.commit(topics), log);

  function assigned(partitions: readonly Assigned[]): void {
    for (const { topic, partition, start } of partitions) {
      committer.begin(topic, partition, start);
      const reader = new PartitionReader({
        ...config,
        topic,
        partition,
        group: groupId,
        leftover: leftovers.get(`${topic}/${partition}`),
        begin: async () => (await config.assigned?.(topic, partition)) ?? start,
        process: (messages) => config.process(topic, partition, messages),
        advanced: (next) => {
          if (config.commits === 'batch') committer.add(topic, partition, next);
          changed();
        },
        hungry: () => {
          fetcher.wake();
          // It may have begun where there is nothing to process.
          changed();
        },
      });
      readers.set(reader, reader.run());
      fetcher.add(reader);
    }
    leftovers.clear();
    settled = true;
    changed();
  }

  async function revoked(lost: boolean): Promise<void> {
    settled = false;
    for (const reader of readers.keys()) {
      reader.stop();
      fetcher.remove(reader);
    }
    await Promise.all(readers.values());
    for (const { topic, partition, next } of readers.keys()) {
      if (next === undefined) continue;
      await config.revoked?.(topic, partition, lost).catch((error: unknown) => {
        log.error(
          { group: groupId, topic, partition, err: error },
          'a consumer failed to let go of its state',
        );
      });
    }
    for (const reader of readers.keys())
      leftovers.set(`${reader.topic}/${reader.partition}`, reader.leftover());
    readers.clear();
    if (!lost) await committer.flush(flushWithinMs);
    committer.clear();
  }

  const topics = config.topics();
  try {
    if (topics.length > 0) await connection.watch(topics);
    await membership.start();
  } catch (error) {
    await connection.close();
    throw error;
  }

  const partitionCounts = () =>
    config
      .topics()
      .map((topic) => connection.partitions(topic).length)
      .join();
  const discovering = setInterval(() => {
    discover().catch((error: Error) =>
      log.warn({ reason: error.message }, 'could not look for new partitions'),
    );
  }, config.discoverEveryMs).unref();

  async function discover(): Promise<void> {
    const before = partitionCounts();
    await connection.refresh();
    if (partitionCounts() !== before) membership.rejoin();
  }

  async function close(): Promise<void> {
    clearInterval(discovering);
    for (const reader of readers.keys()) reader.stop();
    changed();
    await membership.close();
    await fetcher.close();
    await connection.close();
  }

  async function ends(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const topic of config.topics()) {
      const offsets = await connection.offsets(topic, connection.partitions(topic), 'latest');
      for (const [partition, offset] of offsets) found.set(`${topic}/${partition}`, offset);
    }
    return found;
  }

  const reached = (targets: ReadonlyMap<string, number>) =>
    settled &&
    [...readers.keys()].every(
      ({ topic, partition, next = -1 }) => next >= (targets.get(`${topic}/${partition}`) ?? 0),
    );

  return {
    async drain() {
      const targets = await ends();
      for (;;) {
        if (closing !== undefined) throw errors.CONSUMER_CLOSED({ group: groupId });
        if (reached(targets) && (await committer.flush(flushWithinMs)) && reached(targets)) return;
        const news = new Promise<void>((resolve) => waiting.push(resolve));
        await (reached(targets) ? Promise.race([news, setTimeout(pauseMs)]) : news);
      }
    },
    commit: (topic, partition, offset) => committer.add(topic, partition, offset),
    async extend() {
      await connection.watch(config.topics());
      membership.rejoin();
    },
    async lag() {
      const targets = await ends();
      const lag = { records: 0, seconds: 0 };
      for (const { topic, partition, next, oldest } of readers.keys()) {
        lag.records += Math.max(0, (targets.get(`${topic}/${partition}`) ?? 0) - (next ?? 0));
        if (oldest !== undefined) lag.seconds = Math.max(lag.seconds, (Date.now() - oldest) / 1_000);
      }
      return lag;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
