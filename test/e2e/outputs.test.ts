import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka } from 'kafkajs';
import { expect, it } from 'vitest';
import { has } from '../require.ts';
import { startKafka } from '../services/kafka.ts';
import { startServer } from './server.ts';

const rule = `title: Door opened
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7f01
level: low
logsource: { product: any }
detection: { selection: { event.action: opened }, condition: selection }
tidewatch: { output: soar }
`;

it.runIf(has('kafka'))(
  'any consumer of the Kafka cluster reads the matches of a rule that names an output',
  async () => {
    const kafka = await startKafka();
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-outputs-'));
    await writeFile(join(directory, 'door.yml'), rule);
    const cluster = { brokers: [kafka.broker], replicas: 1, min_insync_replicas: 1, partitions: 2 };
    const server = await startServer({
      config: JSON.stringify({
        rules: { paths: [join(directory, 'door.yml')] },
        outputs: [{ name: 'soar' }],
        stream: { kafka: { ...cluster, compression: 'gzip' } },
      }),
    });
    const consumer = new Kafka({ brokers: [kafka.broker], logLevel: 0 }).consumer({ groupId: 'soar' });
    try {
      await fetch(`${server.ingest}/ingest/doors`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: '{"event":{"action":"shut"}}\n{"event":{"action":"opened"},"source":{"ip":"10.0.0.1"}}\n',
      });
      await consumer.connect();
      await consumer.subscribe({ topic: 'tidewatch.outputs.soar', fromBeginning: true });
      const { id, document } = await new Promise<{ id: string; document: Record<string, object> }>(
        (resolve, reject) => {
          const eachMessage = async ({ message }: { message: Message }): Promise<void> =>
            resolve({
              id: String(message.headers?.id),
              document: JSON.parse(String(message.value)) as Record<string, object>,
            });
          consumer.run({ eachMessage }).catch(reject);
        },
      );
      expect(document).toMatchObject({
        rule: { id: '5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7f01', name: 'Door opened' },
        source: { ip: '10.0.0.1' },
        tidewatch: { match: { id, state: 'found', level: 'low' } },
      });
    } finally {
      await consumer.disconnect();
      await server.dispose();
      await kafka.stop();
      await rm(directory, { recursive: true });
    }
  },
);

interface Message {
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly value: Buffer | null;
}
