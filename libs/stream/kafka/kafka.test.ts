import kafkajs, { type AclEntry } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import { describeStreamContract } from '../contract.suite.ts';
import type { OpenOptions } from '../contract.ts';
import { follow, recordOf, textOf } from '../streams.suite.ts';
import type { KafkaConfig, KafkaConnection } from './config.ts';
import { createGroups } from './groups.ts';
import { openTestKafka } from './kafka.harness.ts';
import { createKafka, type KafkaLog } from './kafka.ts';
import { sweep } from './retention.ts';
import { createKafkaSnapshots } from './snapshots.ts';

describe.runIf(has('kafka'))('Kafka', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka({ secure: true });
  }, 60_000);
  afterAll(() => kafka.stop());

  describeStreamContract('kafka', (partitions) => openTestKafka({ brokers: [kafka.broker], partitions }));

  describe('its topics', () => {
    async function withLog(
      config: Partial<KafkaConfig>,
      test: (log: KafkaLog, topic: string, warnings: string[]) => Promise<void>,
    ): Promise<void> {
      const warnings: string[] = [];
      // Others are of connections: a broker that has yet to hear of a new topic.
      const warn = (details: { topic?: string }, message: string) => {
        if (details.topic !== undefined) warnings.push(message);
      };
      const { log, dispose } = await openTestKafka({
        brokers: [kafka.broker],
        log: { info() {}, warn, error() {} },
        ...config,
      });
      try {
        await test(log, `${log.settings.prefix}events`, warnings);
      } finally {
        await dispose();
      }
    }

    async function settingsOf(log: KafkaLog, name: string): Promise<Record<string, string>> {
      const { admin } = (await log.connect()).client;
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
      });
      const entries = resources[0]!.configEntries.map((one) => [one.configName, one.configValue]);
      return Object.fromEntries(entries) as Record<string, string>;
    }

    const partitionsOf = async (log: KafkaLog): Promise<number> =>
      (await (await log.open('events')).stats()).partitions.length;

    it.each([
      ['for ever', {}, { 'retention.ms': '-1', 'retention.bytes': '-1' }],
      // Kafka's own retention asks no group.
      ['for ever', { ms: 60_000, bytes: 9_000 }, { 'retention.ms': '-1', 'retention.bytes': '-1' }],
      [
        'so long',
        { ms: 60_000, bytes: 9_001, hard: true },
        { 'retention.ms': '60000', 'retention.bytes': '3001' },
      ],
    ] satisfies [string, OpenOptions['retention'], object][])(
      'are made to keep records %s under %j',
      (_, retention, kept) =>
        withLog({ partitions: 6, maxRecordBytes: 5_000 }, async (log, topic, warnings) => {
          await log.open('events', { partitions: 3, retention });
          expect(await partitionsOf(log)).toBe(3);
          expect(await settingsOf(log, topic)).toMatchObject({
            ...kept,
            'cleanup.policy': 'delete',
            'max.message.bytes': '6024',
            'min.insync.replicas': '1',
          });
          expect(warnings).toEqual([]);
        }),
    );

    it('keep the newest snapshots only', () =>
      withLog({ partitions: 2 }, async (log) => {
        await createKafkaSnapshots(log).save('stage', '0', Buffer.from('state'));
        expect(await settingsOf(log, `${log.settings.prefix}snapshots`)).toMatchObject({
          'cleanup.policy': 'compact',
          'segment.bytes': String(32 * 1024 * 1024),
        });
      }));

    it('are taken as an operator made them, and what differs is said', () =>
      withLog({ createTopics: false, partitions: 6, minInsyncReplicas: 2 }, async (log, topic, warnings) => {
        const { admin } = (await log.connect()).client;
        const configEntries = [{ name: 'retention.ms', value: '60000' }];
        await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries }] });
        expect(await partitionsOf(log)).toBe(2);
        expect(warnings).toEqual([
          expect.stringContaining('another number of partitions'),
          expect.stringContaining('fewer copies'),
          expect.stringContaining('retention.ms'),
        ]);
      }));

    it('are refused where they would lose records', () =>
      withLog({}, async (log, topic) => {
        const { admin } = (await log.connect()).client;
        const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
        await admin.createTopics({ topics: [{ topic, configEntries }] });
        await expect(log.open('events')).rejects.toMatchObject({
          code: 'KAFKA_TOPIC_UNFIT',
          message: expect.stringMatching(/cleanup\.policy=compact.*needs delete/),
        });
      }));

    it('are named, with the command that makes them, where they are missing', () =>
      withLog({ createTopics: false, partitions: 4 }, (log, topic) =>
        expect(log.open('events')).rejects.toMatchObject({
          code: 'KAFKA_TOPIC_MISSING',
          message: expect.stringMatching(
            new RegExp(`forbids it.*--topic ${topic} --partitions 4 .*min\\.insync\\.replicas=1`),
          ),
        }),
      ));

    it('are named where the cluster has too few brokers for them', () =>
      withLog({ replicas: 3 }, (log) =>
        expect(log.open('events')).rejects.toMatchObject({
          code: 'KAFKA_TOPIC_MISSING',
          message: expect.stringMatching(/replication/i),
        }),
      ));

    it('lose by age and size what every group has read, and nothing else', () =>
      withLog({ partitions: 1, compression: 'none' }, async (log, topic) => {
        const stream = await log.open('events');
        const { client, read: connection } = await log.connect();
        const groups = createGroups(client, connection, 'events', topic);
        const place = { client, connection, groups, topic, partitions: 1 };
        const begin = async () => (await stream.stats()).partitions[0]!.first;
        await stream.append(Array.from({ length: 100 }, (_, i) => recordOf(`${i}`.padEnd(1_000))));
        const reader = await follow(stream, 'g', { commits: 'manual' });
        await reader.consumer.drain();
        await sweep(place, { ms: -60_000, bytes: 1 });
        expect(await begin()).toBe(0);
        reader.consumer.commit({ partition: 0, offset: 80 });
        await reader.consumer.close();
        await sweep(place, { ms: 60_000, bytes: 1_000_000 });
        expect(await begin()).toBe(0);
        await sweep(place, { bytes: (await stream.stats()).bytes / 2 });
        expect(await begin()).toBe(50);
        await sweep(place, { ms: -60_000 });
        expect(await begin()).toBe(80);
      }));
  });

  describe('with SASL and TLS', () => {
    async function roundTrip(connection: KafkaConnection, prefix: string): Promise<void> {
      const log = createKafka({ ...connection, prefix, partitions: 1, replicas: 1, minInsyncReplicas: 1 });
      try {
        const stream = await log.open('events');
        const { offset } = (await stream.append([recordOf('hello')]))[0]!;
        const { values, consumer } = await follow(stream, 'g');
        await consumer.drain();
        expect(values).toEqual(['hello']);
        const [read] = await stream.read({ partition: 0, offset }, 1);
        expect(textOf(read!)).toBe('hello');
        expect((await stream.stats()).groups).toMatchObject([{ group: 'g', records: 0 }]);
      } finally {
        await log.close();
      }
    }

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('logs in by %s', async (mechanism) => {
      const { sasl, username, password } = kafka.security!;
      await roundTrip({ brokers: [sasl], sasl: { mechanism, username, password } }, `${mechanism}.`);
      await expect(
        roundTrip({ brokers: [sasl], sasl: { mechanism, username, password: 'wrong' } }, 'x.'),
      ).rejects.toMatchObject({
        code: 'KAFKA_UNREACHABLE',
        message: expect.stringContaining('uthentication'),
      });
    });

    it('shows its certificate, and checks the broker’s', async () => {
      const { tls: broker, ca, cert, key, servername } = kafka.security!;
      await roundTrip({ brokers: [broker], tls: { ca, cert, key, servername } }, 'tls.');
      for (const tls of [true as const, { ca, cert, key, servername: 'other.test' }, { ca, servername }])
        await expect(roundTrip({ brokers: [broker], tls }, 'x.')).rejects.toMatchObject({
          code: 'KAFKA_UNREACHABLE',
        });
    });

    it('does with the fewest rights, and says what it may not create', async () => {
      const { sasl, restricted: username, password } = kafka.security!;
      const connection = {
        brokers: [sasl],
        sasl: { mechanism: 'plain' as const, username, password },
      };
      const others = new kafkajs.Kafka({ brokers: [kafka.broker], logLevel: kafkajs.logLevel.NOTHING });
      const admin = others.admin();
      const { TOPIC, GROUP } = kafkajs.AclResourceTypes;
      const { READ, WRITE } = kafkajs.AclOperationTypes;
      const may = (
        resourceType: kafkajs.AclResourceTypes,
        operation: kafkajs.AclOperationTypes,
      ): AclEntry => ({
        resourceType,
        operation,
        resourceName: 'few.',
        resourcePatternType: kafkajs.ResourcePatternTypes.PREFIXED,
        principal: `User:${username}`,
        host: '*',
        permissionType: kafkajs.AclPermissionTypes.ALLOW,
      });
      await admin.connect();
      try {
        await admin.createAcls({ acl: [may(TOPIC, READ), may(TOPIC, WRITE), may(GROUP, READ)] });
        await expect(roundTrip(connection, 'few.')).rejects.toMatchObject({
          code: 'KAFKA_TOPIC_MISSING',
          message: expect.stringMatching(/AUTHORIZATION_FAILED.*--topic few\.events --partitions 1/),
        });
        await admin.createTopics({ topics: [{ topic: 'few.events' }] });
        await roundTrip(connection, 'few.');
      } finally {
        await admin.disconnect();
      }
    });
  });
});
