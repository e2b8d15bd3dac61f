import type { Logger } from '../logger.ts';

export const defaultSessionTimeoutMs = 10_000;
export const defaultHeartbeatMs = 500;

/** How to reach a Kafka cluster. */
export interface KafkaConnection {
  /** Where to begin, `host:port` each; the rest of the cluster is found from there. */
  readonly brokers: readonly string[];
  /** The name the brokers' logs and quotas know this process by (default `tidewatch`). */
  readonly clientId?: string;
  readonly sasl?: KafkaSasl;
  /** True trusts the system's authorities; without it the connection is not encrypted. */
  readonly tls?: true | KafkaTls;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** Paths of PEM files, read when the log is first used. */
export interface KafkaTls {
  /** Who the brokers' certificates must come from; without it the system's authorities. */
  readonly ca?: string;
  /** The client's own certificate and key, where the brokers ask for them. */
  readonly cert?: string;
  readonly key?: string;
  /** The name in the brokers' certificates, where it is not the host they are reached by. */
  readonly servername?: string;
}

export type Compression = 'none' | 'gzip' | 'snappy';

export interface KafkaConfig extends KafkaConnection {
  /** Begins the name of every topic, group and snapshot topic, for example `tidewatch.` (default none). */
  readonly prefix?: string;
  /** Partitions of a new topic (default 6). An existing topic keeps its own. */
  readonly partitions?: number;
  /** Copies of each partition of a new topic (default 3), of which so many must have a record before it is acknowledged (default 2). */
  readonly replicas?: number;
  readonly minInsyncReplicas?: number;
  /** Whether a missing topic is created (default true) or named in an error, for clusters where an operator does it. */
  readonly createTopics?: boolean;
  /** How batches travel and are kept (default `snappy`: gzip takes some three times the CPU). */
  readonly compression?: Compression;
  /** The largest record, in bytes as it is appended (default 8 MiB). An existing topic may allow less. */
  readonly maxRecordBytes?: number;
  /** Records of a partition that go in one request (default 512 KiB uncompressed). */
  readonly batchBytes?: number;
  /** Memory for records that wait to be sent; over it `append` rejects with KAFKA_BUSY, 429 (default 64 MiB). */
  readonly queueBytes?: number;
  /** How long an append is tried while brokers are away, before it rejects with KAFKA_UNAVAILABLE, 503 (default 10 s). */
  readonly appendTimeoutMs?: number;
  /** After so long without a sign of life a consumer's partitions go to others (default 10 s). */
  readonly sessionTimeoutMs?: number;
  /** How soon a consumer notices that others came or went (default 500 ms). */
  readonly heartbeatMs?: number;
  readonly log?: Logger;
}
