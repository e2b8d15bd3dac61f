import type { Log, OpenOptions, Stream } from '../contract.ts';
import { silentLogger } from '../logger.ts';
import { createStreams } from '../open_streams.ts';
import { type Client, type Connection, codecOf, type Dial, openClient } from './client.ts';
import { defaultHeartbeatMs, defaultSessionTimeoutMs, type KafkaConfig } from './config.ts';
import { createGroups } from './groups.ts';
import { createProducer } from './producer.ts';
import { startRetention } from './retention.ts';
import { createStream } from './stream.ts';
import { ensureTopic, type TopicSpec } from './topics.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
/** A batch's frame, and what a compression may add to what it can't compress. */
const batchMarginBytes = 1_024;

/** How long a repartitioned record stays after the stage has it in a snapshot. */
const repartitionedMs = 60 * 60_000;

/** A log in Kafka, with what its parts share. */
export interface KafkaLog extends Log {
  /** Opens the connection at the first call. */
  connect(): Promise<{ readonly client: Client; readonly append: Connection; readonly read: Connection }>;
  readonly settings: Settings;
}

export interface Settings {
  readonly prefix: string;
  readonly codec: number;
  readonly topic: Pick<
    TopicSpec,
    'partitions' | 'replicas' | 'minInsyncReplicas' | 'maxRecordBytes' | 'create'
  >;
  readonly appendTimeoutMs: number;
  readonly log: NonNullable<KafkaConfig['log']>;
}

/**
 * A Kafka cluster as the log: a topic per stream, `<prefix><stream>`; a group is called `<topic>:<group>`. Nothing is
 * connected before the first `open`, which rejects with KAFKA_UNREACHABLE where no broker answers.
 *
 * What differs from the write-ahead log, within the contract: `decoded` is not handed over; `drain` waits for the
 * partitions this consumer holds; several consumers of a group share the partitions, and all of them are taken from and
 * given to everybody whenever one comes or goes; an append that rejects may have been written in part.
 *
 * @param dial how connections are made, for tests
 */
export function createKafka(config: KafkaConfig, dial?: Dial): KafkaLog {
  const { log = silentLogger, prefix = '', appendTimeoutMs = 10_000 } = config;
  const { batchBytes = 512 * KiB, queueBytes = 64 * MiB } = config;
  const settings: Settings = {
    prefix,
    codec: codecOf(config.compression ?? 'snappy'),
    topic: {
      partitions: config.partitions ?? 6,
      replicas: config.replicas ?? 3,
      minInsyncReplicas: config.minInsyncReplicas ?? 2,
      maxRecordBytes: config.maxRecordBytes ?? 8 * MiB,
      create: config.createTopics ?? true,
    },
    appendTimeoutMs,
    log,
  };
  let connected: ReturnType<KafkaLog['connect']> | undefined;

  async function connect() {
    const client = await openClient(config, log, dial);
    // A broker that stands still must not hold an append for longer than its time.
    return { client, append: await client.connect(appendTimeoutMs / 2), read: await client.connect() };
  }

  async function openStream(name: string, options: OpenOptions): Promise<Stream> {
    const { client, append, read } = await kafka.connect();
    const topic = prefix + name;
    const { retention = {}, partitions: count = settings.topic.partitions } = options;
    const hard = retention.hard === true;
    const spec = { ...settings.topic, topic, partitions: count, cleanup: 'delete' as const };
    const { partitions, maxBatchBytes } = await ensureTopic(
      client,
      hard ? { ...spec, retention } : spec,
      log,
    );
    await Promise.all([append.watch([topic]), read.watch([topic])]);
    const groups = createGroups(client, read, name, topic);
    const limit = Math.min(settings.topic.maxRecordBytes, maxBatchBytes - batchMarginBytes);
    const producer = createProducer({
      connection: append,
      topic,
      partitions,
      codec: settings.codec,
      batchBytes: Math.min(batchBytes, limit),
      timeoutMs: appendTimeoutMs,
      log,
    });
    const place = { client, connection: read, groups, topic, partitions };
    const own = !hard && (retention.ms !== undefined || retention.bytes !== undefined);
    return createStream({
      ...place,
      name,
      producer,
      maxRecordBytes: limit,
      queueBytes,
      appendTimeoutMs,
      sessionTimeoutMs: config.sessionTimeoutMs ?? defaultSessionTimeoutMs,
      heartbeatMs: config.heartbeatMs ?? defaultHeartbeatMs,
      log,
      repartition: (group) =>
        kafka.open(`${name}.by.${group}`, { partitions, retention: { ms: repartitionedMs } }),
      closing: own ? startRetention(place, retention, log) : async () => {},
    });
  }

  const kafka: KafkaLog = {
    ...createStreams(openStream, async () => {
      const { client } = (await connected?.catch(() => undefined)) ?? {};
      await client?.close();
    }),
    settings,
    connect() {
      connected ??= connect();
      connected.catch(() => {
        connected = undefined;
      });
      return connected;
    },
  };
  return kafka;
}
