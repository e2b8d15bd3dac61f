import { type Logger, silentLogger } from '../logger.ts';
import { type Client, openClient } from './client.ts';
import { defaultHeartbeatMs, defaultSessionTimeoutMs, type KafkaConnection } from './config.ts';
import { kafkaErrors } from './errors.ts';
import { createGroupReader, type GroupReader } from './group_reader.ts';
import { type FetchedMessage, headersOf, reasonOf } from './protocol.ts';

/** A record of a topic that others write. Its place in the log (cluster, topic, partition, offset) is its for ever. */
export interface TopicRecord {
  readonly offset: number;
  /** Undefined where the record has none. */
  readonly key: Uint8Array | undefined;
  /** Undefined for a tombstone. */
  readonly value: Uint8Array | undefined;
  /** A name that comes several times has its last value. */
  readonly headers: Readonly<Record<string, Uint8Array>>;
  /** Epoch milliseconds, by the sender's clock or the broker's as the topic is set. */
  readonly timestamp: number;
}

/** Records of one partition, in the order of their offsets; never empty. */
export interface TopicBatch {
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly TopicRecord[];
}

export interface TopicReaderConfig extends KafkaConnection {
  /** Names, and patterns that also find topics made later. Internal topics (`__…`) are never found by a pattern. */
  readonly topics: readonly (string | RegExp)[];
  /** Positions are kept under this name; readers that share it share the partitions. */
  readonly group: string;
  /** Where a partition without a committed position begins (default `earliest`). */
  readonly from?: 'earliest' | 'latest';
  /** At most this many records a batch (default 2,000). */
  readonly maxRecords?: number;
  /** How often the cluster is asked for new topics and partitions (default 10 s). */
  readonly discoverEveryMs?: number;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatMs?: number;
  /**
   * Takes a batch. The position is committed once it resolved; when it rejects the same records come again after
   * 100 ms to 10 s, and meanwhile nothing more of that partition is fetched. One call at a time per partition.
   */
  readonly onBatch: (batch: TopicBatch) => Promise<void>;
  readonly log?: Logger;
}

export interface TopicReader {
  /** Resolves when everything written before the call to the partitions this reader holds is taken and committed. */
  drain(): Promise<void>;
  /** Records yet to be taken, and the age of the oldest in seconds, over the partitions this reader holds. */
  lag(): Promise<{ readonly records: number; readonly seconds: number }>;
  /** Waits for the batches under way, commits, leaves the group. Idempotent. */
  close(): Promise<void>;
}

const internal = /^__/;

/**
 * Reads topics that others write, as one member of a group. Resolves with the first assignment; rejects with
 * KAFKA_UNREACHABLE where no broker answers, and KAFKA_TOPIC_UNKNOWN where a topic named does not exist. A batch in a
 * compression that is not supported stops its partition, and is said in the log: nothing is skipped.
 */
export async function createTopicReader(config: TopicReaderConfig): Promise<TopicReader> {
  const { log = silentLogger } = config;
  const client = await openClient(config, log);
  try {
    return await startTopicReader(config, client, log);
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function startTopicReader(
  config: TopicReaderConfig,
  client: Client,
  log: Logger,
): Promise<TopicReader> {
  let topics = await findTopics(config, client);
  let reader = await read();
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(look)
      .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'could not look for new topics'));
  }, config.discoverEveryMs ?? 10_000).unref();

  function read(): Promise<GroupReader> {
    return createGroupReader({
      client,
      groupId: config.group,
      topics: () => topics,
      from: config.from ?? 'earliest',
      maxRecords: config.maxRecords ?? 2_000,
      commits: 'batch',
      sessionTimeoutMs: config.sessionTimeoutMs ?? defaultSessionTimeoutMs,
      heartbeatMs: config.heartbeatMs ?? defaultHeartbeatMs,
      discoverEveryMs: config.discoverEveryMs ?? 10_000,
      log,
      process: (topic, partition, messages) =>
        config.onBatch({ cluster: client.clusterId, topic, partition, records: messages.map(recordOf) }),
    });
  }

  async function look(): Promise<void> {
    const before = topics;
    topics = await findTopics(config, client);
    if (before.some((topic) => !topics.includes(topic))) {
      // A broker refuses a request that names a topic that is gone, with all the others in it.
      log.warn({ before, topics }, 'a topic is gone; reading the others anew');
      await reader.close();
      reader = await read();
    } else if (topics.length > before.length) {
      log.info({ before, topics }, 'found a new topic');
      await reader.extend();
    }
  }

  return {
    drain: () => reader.drain(),
    lag: () => reader.lag(),
    async close() {
      clearInterval(timer);
      await looking;
      await reader.close();
      await client.close();
    },
  };
}

/** Those named, and those there are that match a pattern. Rejects with KAFKA_TOPIC_UNKNOWN where one named is missing. */
async function findTopics({ topics }: TopicReaderConfig, client: Client): Promise<string[]> {
  const all = await client.admin.listTopics();
  const found = new Set<string>();
  for (const topic of topics) {
    if (typeof topic !== 'string')
      for (const name of all) {
        if (!internal.test(name) && matches(topic, name)) found.add(name);
      }
    else if (all.includes(topic)) found.add(topic);
    else throw kafkaErrors.KAFKA_TOPIC_UNKNOWN({ topic });
  }
  return [...found];
}

/** A pattern with the flag `g` or `y` remembers where it was. */
function matches(pattern: RegExp, topic: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(topic);
}

function recordOf({ offset, key, value, headers, timestamp }: FetchedMessage): TopicRecord {
  return {
    offset: Number(offset),
    key: key ?? undefined,
    value: value ?? undefined,
    headers: headersOf(headers, (bytes) => bytes),
    timestamp: Number(timestamp),
  };
}
