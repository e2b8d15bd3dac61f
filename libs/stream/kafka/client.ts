import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import tls from 'node:tls';
import kafkajs, {
  type Admin,
  type Cluster,
  type ISocketFactory,
  type LogEntry,
  type SASLOptions,
} from 'kafkajs';
import snappy from 'kafkajs-snappy';
import type { Logger } from '../logger.ts';
import type { Compression, KafkaConnection, KafkaTls } from './config.ts';
import { kafkaErrors } from './errors.ts';
import { type Node, reasonOf } from './protocol.ts';

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.Snappy] = snappy;

const codecs: Readonly<Record<Compression, number>> = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  snappy: kafkajs.CompressionTypes.Snappy,
};

export function codecOf(compression: Compression): number {
  const codec = codecs[compression];
  if (codec === undefined) throw kafkaErrors.KAFKA_CODEC({ codec: compression });
  return codec;
}

/** One view of a cluster, with two connections of its own to each broker: one for fetches, one for all else. */
export interface Connection {
  /** Tries again, for some seconds, what a cluster in change refuses. */
  retry<T>(attempt: () => Promise<T>): Promise<T>;
  /** Begins to know topics. Rejects where one does not exist. */
  watch(topics: readonly string[]): Promise<void>;
  partitions(topic: string): readonly number[];
  /** Nodes' ids, as text, with the partitions each leads. */
  leaders(topic: string, partitions: readonly number[]): ReadonlyMap<string, readonly number[]>;
  node(id: string): Promise<Node>;
  leader(topic: string, partition: number): Promise<Node>;
  coordinator(groupId: string): Promise<Node>;
  /** Where the partitions begin, end, or have the first record of `at` (epoch ms) or later; -1 where there is none. */
  offsets(
    topic: string,
    partitions: readonly number[],
    at: 'earliest' | 'latest' | number,
  ): Promise<ReadonlyMap<number, number>>;
  /** After a failure: finds brokers and leaders anew. Never rejects. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface Client {
  readonly brokers: readonly string[];
  readonly clusterId: string;
  readonly admin: Admin;
  connect(requestTimeoutMs?: number): Promise<Connection>;
  close(): Promise<void>;
}

/** How connections are made; tests cut them here. */
export type Dial = (options: net.NetConnectOpts & { ssl?: tls.ConnectionOptions }) => net.Socket;

const dial: Dial = ({ ssl, ...options }) =>
  ssl === undefined ? net.connect(options) : tls.connect({ ...options, ...ssl });

/** What a broker that stands still may hold up. */
const defaultRequestTimeoutMs = 15_000;
const closeWithinMs = 1_000;
/** A broker that came back, or that has yet to hear of a new topic or leader, is asked again for so long. */
const unsettledForMs = 5_000;
const unsettledPauseMs = 50;
const retry = { retries: 2, initialRetryTime: 100, maxRetryTime: 500 };

/** Reads certificates, and asks the cluster who it is. Rejects with KAFKA_UNREACHABLE where no broker answers. */
export async function openClient(config: KafkaConnection, log: Logger, connectBy = dial): Promise<Client> {
  const { brokers, clientId = 'tidewatch', sasl } = config;
  const ssl = config.tls === undefined ? undefined : await readTls(config.tls === true ? {} : config.tls);
  const logCreator = forwardTo(log);

  /** An instance for each connection, since an instance's sockets are closed together. */
  function instance(requestTimeout: number): {
    kafka: kafkajs.Kafka;
    close(disconnect: () => Promise<void>): Promise<void>;
  } {
    const sockets = new Set<net.Socket>();
    const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
      const name = net.isIP(host) ? {} : { servername: host };
      const socket = connectBy({ host, port, ...(ssl === undefined ? {} : { ssl: { ...name, ...ssl } }) });
      socket.once(ssl === undefined ? 'connect' : 'secureConnect', onConnect);
      socket.setKeepAlive(true, 60_000).setNoDelay(true);
      // kafkajs adds a listener whenever it lets go of a connection that failed, and does so often.
      socket.setMaxListeners(0);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    };
    const kafka = new kafkajs.Kafka({
      brokers: [...brokers],
      clientId,
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
      connectionTimeout: 3_000,
      requestTimeout,
      retry,
      socketFactory,
      logLevel: kafkajs.logLevel.WARN,
      logCreator,
    });
    return {
      kafka,
      async close(disconnect) {
        const within = new AbortController();
        const left = setTimeout(closeWithinMs, false, { signal: within.signal }).catch(() => false);
        const clean = await Promise.race([
          disconnect().then(
            () => true,
            () => false,
          ),
          left,
        ]);
        within.abort();
        // An error ends the requests that wait for an answer.
        for (const socket of sockets) socket.destroy(clean ? undefined : new Error('closed'));
      },
    };
  }

  const { kafka, close } = instance(defaultRequestTimeoutMs);
  const admin = kafka.admin();
  const open = new Set<Connection>();
  let clusterId: string;
  try {
    await admin.connect();
    ({ clusterId } = await admin.describeCluster());
  } catch (error) {
    await close(() => admin.disconnect());
    throw kafkaErrors.KAFKA_UNREACHABLE({ brokers: brokers.join(', '), reason: reasonOf(error) });
  }

  return {
    brokers,
    clusterId,
    admin,
    async connect(requestTimeoutMs = defaultRequestTimeoutMs) {
      const { kafka, close } = instance(requestTimeoutMs);
      const cluster = clusterOf(kafka);
      const connection = createConnection(cluster, async () => {
        open.delete(connection);
        await close(() => cluster.disconnect());
      });
      open.add(connection);
      await connection.refresh();
      return connection;
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
      await close(() => admin.disconnect());
    },
  };
}

/** kafkajs hands its cluster to whoever assigns partitions, and to nobody else. */
function clusterOf(kafka: kafkajs.Kafka): Cluster {
  let found: Cluster | undefined;
  kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return {
          name: 'none',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  return found as Cluster;
}

function createConnection(cluster: Cluster, close: () => Promise<void>): Connection {
  const node = async (id: string) => (await cluster.findBroker({ nodeId: id })) as unknown as Node;
  const leaders: Connection['leaders'] = (topic, partitions) =>
    new Map(Object.entries(cluster.findLeaderForPartitions(topic, [...partitions])));
  const refresh = () =>
    cluster
      .connect()
      .then(() => cluster.refreshMetadata())
      .catch(() => {});

  async function tryAgain<T>(attempt: () => Promise<T>): Promise<T> {
    const until = Date.now() + unsettledForMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if ((error as { retriable?: boolean }).retriable !== true || Date.now() > until) throw error;
        await setTimeout(unsettledPauseMs);
        await refresh();
      }
    }
  }

  return {
    retry: tryAgain,
    watch: (topics) => tryAgain(() => cluster.addMultipleTargetTopics([...topics])),
    partitions: (topic) => cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
    leaders,
    node,
    async leader(topic, partition) {
      const [id] = leaders(topic, [partition]).keys();
      if (id === undefined) throw new Error(`partition ${partition} of ${topic} has no leader`);
      return node(id);
    },
    coordinator: async (groupId) => (await cluster.findGroupCoordinator({ groupId })) as unknown as Node,
    async offsets(topic, partitions, at) {
      const asked = {
        topic,
        partitions: partitions.map((partition) => ({ partition })),
        ...(typeof at === 'number' ? { fromTimestamp: at } : { fromBeginning: at === 'earliest' }),
      };
      const [found] = await tryAgain(() => cluster.fetchTopicsOffset([asked]));
      return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    },
    refresh,
    close,
  };
}

async function readTls({ ca, cert, key, servername }: KafkaTls): Promise<tls.ConnectionOptions> {
  return {
    ...(ca === undefined ? {} : { ca: await readFile(ca) }),
    ...(cert === undefined ? {} : { cert: await readFile(cert) }),
    ...(key === undefined ? {} : { key: await readFile(key) }),
    ...(servername === undefined ? {} : { servername }),
  };
}

const quietMs = 30_000;

/** kafkajs says the same at every attempt; here it is said once in a while, as a warning, since the caller decides what fails. */
function forwardTo(log: Logger): () => (entry: LogEntry) => void {
  const said = new Map<string, number>();
  return () =>
    ({ namespace, log: { message, broker, error } }) => {
      const text = `${namespace}: ${message}`;
      if (Date.now() - (said.get(text) ?? 0) < quietMs) return;
      if (said.size > 100) said.clear();
      said.set(text, Date.now());
      log.warn({ component: 'kafkajs', broker, reason: error }, text);
    };
}
