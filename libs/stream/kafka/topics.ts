import kafkajs from 'kafkajs';
import type { Logger } from '../logger.ts';
import type { Client } from './client.ts';
import { kafkaErrors } from './errors.ts';
import { protocolError, reasonOf } from './protocol.ts';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly minInsyncReplicas: number;
  readonly maxRecordBytes: number;
  readonly cleanup: 'delete' | 'compact';
  /** Kafka's own retention, which asks no group. */
  readonly retention?: { readonly ms?: number; readonly bytes?: number };
  readonly create: boolean;
}

export interface Topic {
  readonly partitions: number;
  /** The largest batch it takes, in bytes as they travel. */
  readonly maxBatchBytes: number;
}

/** Room for what frames a batch. */
const framingBytes = 1_024;
const forEver = '-1';
const changelogSegmentBytes = 32 * 1024 * 1024;
const segmentMs = 24 * 60 * 60_000;
const unreadableTypes = new Set(['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']);

/**
 * Creates the topic where it is missing, and checks the one that is there. Rejects with KAFKA_TOPIC_MISSING, which
 * says what to create, and with KAFKA_TOPIC_UNFIT.
 */
export async function ensureTopic(client: Client, spec: TopicSpec, log: Logger): Promise<Topic> {
  const { topic, cleanup } = spec;
  if (!(await client.admin.listTopics()).includes(topic)) await createTopic(client, spec);
  const partitions = await countPartitions(client, topic);
  if (partitions !== spec.partitions)
    log.warn(
      { topic, found: partitions, configured: spec.partitions },
      'a topic has another number of partitions than configured; it keeps them',
    );
  const settings = await readSettings(client, topic);
  if (settings === undefined) return { partitions, maxBatchBytes: spec.maxRecordBytes };
  const found = settings.get('cleanup.policy') ?? cleanup;
  if (found !== cleanup)
    throw kafkaErrors.KAFKA_TOPIC_UNFIT({ topic, setting: 'cleanup.policy', found, needed: cleanup });
  const inSync = Number(settings.get('min.insync.replicas') ?? spec.minInsyncReplicas);
  if (inSync < spec.minInsyncReplicas)
    log.warn(
      { topic, found: inSync, configured: spec.minInsyncReplicas },
      'Kafka acknowledges records of a topic with fewer copies (min.insync.replicas) than configured',
    );
  const retentionMs = Number(settings.get('retention.ms') ?? forEver);
  if (
    cleanup === 'delete' &&
    retentionMs >= 0 &&
    retentionMs < (spec.retention?.ms ?? Number.POSITIVE_INFINITY)
  )
    log.warn(
      { topic, retentionMs, configured: spec.retention?.ms },
      'Kafka deletes records of a topic after retention.ms, also those that no group has read',
    );
  return { partitions, maxBatchBytes: Number(settings.get('max.message.bytes') ?? spec.maxRecordBytes) };
}

async function createTopic(client: Client, spec: TopicSpec): Promise<void> {
  const { topic, partitions, replicas } = spec;
  const entries = Object.entries(settingsOf(spec)).map(([name, value]) => ({ name, value }));
  const missing = (reason: string) =>
    kafkaErrors.KAFKA_TOPIC_MISSING({
      topic,
      reason,
      partitions,
      replicas,
      settings: entries.map(({ name, value }) => `--config ${name}=${value}`).join(' '),
    });
  if (!spec.create) throw missing('the configuration forbids it');
  try {
    await client.admin.createTopics({
      // It takes a broker that has not heard of the topic yet for a failure.
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries: entries }],
    });
  } catch (error) {
    const [inner = error] = (error as { errors?: unknown[] }).errors ?? [];
    // Another process was quicker.
    if (protocolError(inner) === 'TOPIC_ALREADY_EXISTS') return;
    throw missing(reasonOf(inner));
  }
}

async function countPartitions(client: Client, topic: string): Promise<number> {
  const connection = await client.connect();
  try {
    await connection.watch([topic]);
    return connection.partitions(topic).length;
  } finally {
    await connection.close();
  }
}

const settingsOf = ({ cleanup, retention, minInsyncReplicas, maxRecordBytes, partitions }: TopicSpec) => ({
  'cleanup.policy': cleanup,
  'min.insync.replicas': String(minInsyncReplicas),
  'max.message.bytes': String(maxRecordBytes + framingBytes),
  'message.timestamp.type': 'LogAppendTime',
  ...(cleanup === 'compact'
    ? // Kafka compacts closed segments only, and whoever restores reads all there is.
      { 'segment.bytes': String(changelogSegmentBytes), 'min.cleanable.dirty.ratio': '0.1' }
    : {
        // Deleted records stay on the disk until their segment is closed.
        'segment.ms': String(segmentMs),
        'retention.ms': String(retention?.ms ?? forEver),
        'retention.bytes':
          retention?.bytes === undefined ? forEver : String(Math.ceil(retention.bytes / partitions)),
      }),
});

/** Undefined where this user may not ask. */
async function readSettings(client: Client, topic: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { resources } = await client.admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    return new Map(
      resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
  } catch (error) {
    if (unreadableTypes.has(protocolError(error) ?? '')) return undefined;
    throw error;
  }
}
