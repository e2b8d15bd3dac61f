import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileSnapshots, type KeptSnapshots, type Log } from '@tidewatch/stream';
import { type Documents, openFolderDocuments } from '@tidewatch/stream/documents';
import type { KafkaConfig } from '@tidewatch/stream/kafka';
import { createWal } from '@tidewatch/stream/wal';
import type { Logger } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { reasonOf, startErrors } from '../errors.ts';
import { documentFolders } from './documents.ts';

/** The log that everything passes through, and where stages keep their snapshots. */
export interface LogAdapters {
  readonly log: Log;
  readonly snapshots: KeptSnapshots;
  /** What people write, for a process that needs it. */
  readonly openDocuments: () => Promise<Documents>;
}

/**
 * Kafka where it is configured, else a write-ahead log in the data folder. Snapshots are kept where the log is, since a
 * partition's state goes with it to whichever process reads it next; and so are documents, since whoever shares the log
 * detects by the same rules.
 */
export async function createLog({ data, stream }: Config, logger: Logger): Promise<LogAdapters> {
  const places = { directory: data, folders: Object.values(documentFolders) };
  if (stream.kafka !== undefined) {
    const { createKafka, createKafkaSnapshots, openKafkaDocuments } = await import('@tidewatch/stream/kafka');
    const log = createKafka({ ...(await kafkaConfig(stream.kafka)), log: logger });
    return {
      log,
      snapshots: createKafkaSnapshots(log),
      openDocuments: () => openKafkaDocuments(log, places),
    };
  }
  return {
    log: createWal({ directory: join(data, 'streams'), diskBudgetBytes: stream.budget, log: logger }),
    snapshots: createFileSnapshots(join(data, 'snapshots')),
    openDocuments: () => openFolderDocuments(places),
  };
}

async function kafkaConfig(kafka: NonNullable<Config['stream']['kafka']>): Promise<KafkaConfig> {
  const { brokers, prefix, partitions, replicas, compression, sasl, tls } = kafka;
  return {
    brokers,
    prefix,
    partitions,
    replicas,
    minInsyncReplicas: kafka.min_insync_replicas,
    createTopics: kafka.create_topics,
    compression,
    ...(sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: await firstLine(sasl.password_file),
          },
        }),
    ...(tls === undefined ? {} : { tls: tlsOf(tls) }),
  };
}

function tlsOf({
  ca,
  certificate,
  key,
  server_name,
}: NonNullable<NonNullable<Config['stream']['kafka']>['tls']>): NonNullable<KafkaConfig['tls']> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(server_name === undefined ? {} : { servername: server_name }),
  };
}

async function firstLine(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).split('\n', 1)[0]?.trim() ?? '';
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
  }
}
