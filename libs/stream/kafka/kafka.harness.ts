import { randomBytes } from 'node:crypto';
import net from 'node:net';
import type { LogUnderTest } from '../streams.suite.ts';
import type { Dial } from './client.ts';
import type { KafkaConfig } from './config.ts';
import { createKafka, type KafkaLog } from './kafka.ts';

export interface KafkaUnderTest extends LogUnderTest {
  readonly log: KafkaLog;
  crash(): Promise<KafkaLog>;
}

/** How soon a killed consumer's partitions are given to others. */
const sessionTimeoutMs = 1_000;

/**
 * A log under a prefix of its own. A crash cuts the newest log's connections for good, as the death of its process does:
 * the brokers learn of it when its sessions end.
 *
 * @param dial makes its connections
 */
export async function openTestKafka(
  config: Pick<KafkaConfig, 'brokers'> & Partial<KafkaConfig>,
  dial: Dial = (options) => net.connect(options),
): Promise<KafkaUnderTest> {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const closed: Promise<void>[] = [];
  let newest: KafkaLog;
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
        const socket = dial(options);
        if (cut) socket.destroy(new Error('killed'));
        sockets.add(socket);
        return socket;
      },
    );
    newest = log;
    return log;
  }

  return {
    log: openLog(),
    async crash() {
      cutNewest();
      // What it still tries reaches nobody.
      closed.push(newest.close());
      return openLog();
    },
    async dispose() {
      await Promise.all([...closed, newest.close()]);
    },
  };
}
