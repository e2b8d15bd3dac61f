import { randomBytes } from 'node:crypto';
import net from 'node:net';
import type { LogUnderTest } from '../contract.suite.ts';
import type { KafkaConfig } from './config.ts';
import { createKafka, type KafkaLog } from './kafka.ts';

export interface KafkaUnderTest extends LogUnderTest {
  readonly log: KafkaLog;
  crash(): Promise<KafkaLog>;
}

/** How soon a killed consumer's partitions are given to others. */
const sessionTimeoutMs = 600;

/**
 * A log under a prefix of its own. A crash cuts the newest log's connections for good, as the death of its process does:
 * the brokers learn of it when its sessions end.
 */
export async function openTestKafka(
  config: Pick<KafkaConfig, 'brokers'> & Partial<KafkaConfig>,
): Promise<KafkaUnderTest> {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const logs: KafkaLog[] = [];
  let cutNewest = () => {};

  function openLog(): KafkaLog {
    const sockets = new Set<net.Socket>();
    let cut = false;
    cutNewest = () => {
      cut = true;
      for (const socket of sockets) socket.destroy(new Error('killed'));
    };
    const log = createKafka(
      {
        prefix,
        replicas: 1,
        minInsyncReplicas: 1,
        sessionTimeoutMs,
        heartbeatMs: 100,
        ...config,
      },
      (options) => {
        const socket = net.connect(options);
        if (cut) socket.destroy(new Error('killed'));
        sockets.add(socket);
        return socket;
      },
    );
    logs.push(log);
    return log;
  }

  return {
    log: openLog(),
    async crash() {
      cutNewest();
      return openLog();
    },
    async dispose() {
      await Promise.all(logs.map((log) => log.close()));
    },
  };
}
