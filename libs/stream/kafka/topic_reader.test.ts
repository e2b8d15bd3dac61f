import { setTimeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import type { Compression } from './config.ts';
import { createKafka } from './kafka.ts';
import { createTopicReader, type TopicBatch, type TopicReaderConfig } from './topic_reader.ts';

describe.runIf(has('kafka'))('Kafka with clients of its own kind', () => {
  let service: KafkaService;
  let others: kafkajs.Kafka;
  let admin: kafkajs.Admin;
  let made = 0;

  beforeAll(async () => {
    service = await startKafka();
    others = new kafkajs.Kafka({ brokers: [service.broker], logLevel: kafkajs.logLevel.NOTHING });
    admin = others.admin();
    await admin.connect();
  }, 60_000);
  afterAll(async () => {
    await admin.disconnect();
    await service.stop();
  });

  async function createTopic(
    numPartitions = 1,
    name = `topic-${made++}`,
    configEntries: kafkajs.IResourceConfigEntry[] = [],
  ): Promise<string> {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: name, numPartitions, configEntries }],
    });
    return name;
  }

  async function produce(topic: string, values: readonly string[], options: kafkajs.ProducerConfig = {}) {
    const producer = others.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      ...options,
    });
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
    await producer.disconnect();
  }

  /** Reads, and gathers what came. */
  async function follow(config: Omit<TopicReaderConfig, 'onBatch' | 'brokers'> & Partial<TopicReaderConfig>) {
    const values: string[] = [];
    const batches: TopicBatch[] = [];
    const reader = await createTopicReader({
      brokers: [service.broker],
      heartbeatMs: 100,
      sessionTimeoutMs: 1_000,
      discoverEveryMs: 200,
      onBatch: async (batch) => {
        batches.push(batch);
        values.push(...batch.records.map(({ value }) => Buffer.from(value ?? '').toString()));
      },
      ...config,
    });
    return { reader, values, batches };
  }

  it('reads what others wrote, whole, and goes on where it committed', async () => {
    const topic = await createTopic(2);
    const producer = others.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({
      topic,
      messages: [
        {
          key: 'k',
          value: Buffer.from([0, 255]),
          headers: { a: '1', twice: ['1', '2'] },
          timestamp: '1700000000000',
        },
        { key: 'k', value: null },
        { key: null, value: '', partition: 0 },
      ],
    });
    await producer.disconnect();
    const first = await follow({ topics: [topic], group: topic });
    await first.reader.drain();
    const [keyed, tombstone] = first.batches.flatMap(({ records }) => records.filter(({ key }) => key));
    expect(keyed).toMatchObject({ offset: expect.any(Number), timestamp: 1_700_000_000_000 });
    expect([...(keyed?.value ?? [])]).toEqual([0, 255]);
    expect(keyed?.headers.twice?.toString()).toBe('2');
    expect(tombstone?.value).toBeUndefined();
    expect(
      first.batches.flatMap(({ records }) => records.filter(({ key }) => key === undefined)),
    ).toHaveLength(1);
    const { clusterId } = await admin.describeCluster();
    expect(new Set(first.batches.map(({ cluster }) => cluster))).toEqual(new Set([clusterId]));
    expect(await first.reader.lag()).toEqual({ records: 0, seconds: 0 });
    await first.reader.close();

    await produce(topic, ['later']);
    const second = await follow({ topics: [topic], group: topic });
    await second.reader.drain();
    expect(second.values).toEqual(['later']);
    await second.reader.close();
  });

  it('brings a batch again when it is rejected, keeps its session meanwhile, and says its lag', async () => {
    const topic = await createTopic();
    await produce(topic, ['a', 'b']);
    let failures = 4;
    const seen: string[][] = [];
    const { reader } = await follow({
      topics: [topic],
      group: topic,
      sessionTimeoutMs: 500,
      onBatch: async ({ records }) => {
        seen.push(records.map(({ value }) => Buffer.from(value ?? '').toString()));
        if (failures-- > 0) throw new Error('the sink is down');
      },
    });
    await setTimeout(400);
    const lag = await reader.lag();
    expect(lag.records).toBe(2);
    expect(lag.seconds).toBeGreaterThan(0.2);
    await reader.drain();
    expect(seen).toEqual(Array.from({ length: 5 }, () => ['a', 'b']));
    await reader.close();
  });

  it('finds topics by pattern, also those made later, and goes on when one is deleted', async () => {
    await createTopic(1, 'logs-a');
    await createTopic(1, 'metrics');
    await produce('logs-a', ['a']);
    const { reader, values } = await follow({ topics: [/^logs-/g], group: 'pattern', from: 'earliest' });
    await reader.drain();
    await createTopic(2, 'logs-b');
    await produce('logs-b', ['b1', 'b2', 'b3']);
    await produce('metrics', ['m']);
    while (values.length < 4) await setTimeout(50);
    await admin.deleteTopics({ topics: ['logs-a'] });
    await produce('logs-b', ['b4']);
    while (values.length < 5) await setTimeout(50);
    expect(values.sort()).toEqual(['a', 'b1', 'b2', 'b3', 'b4']);
    await reader.close();
  });

  it('passes by what was aborted, and the markers of transactions', async () => {
    const topic = await createTopic();
    const producer = others.producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    for (const [value, keep] of [
      ['kept', true],
      ['aborted', false],
      ['kept too', true],
      ['gone', false],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await (keep ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    const { reader, values } = await follow({ topics: [topic], group: topic });
    await reader.drain();
    expect(values).toEqual(['kept', 'kept too']);
    expect((await reader.lag()).records).toBe(0);
    await reader.close();
  });

  // A broker compresses anew where its topic asks for another codec: it reads ours, and writes what Java writes.
  it.each([
    ['none', 'snappy'],
    ['gzip', 'snappy'],
    ['snappy', 'gzip'],
    ['snappy', 'uncompressed'],
  ] as const)('writes %s that a broker understands, and reads its %s', async (compression, kept) => {
    const prefix = `${compression}-${kept}.`;
    await createTopic(1, `${prefix}events`, [{ name: 'compression.type', value: kept }]);
    const log = createKafka({ brokers: [service.broker], prefix, compression, createTopics: false });
    const stream = await log.open('events');
    const values = Array.from({ length: 500 }, (_, i) => `value ${i} ${'x'.repeat(200)}`);
    await stream.append(values.map((value) => ({ key: 'k', value: Buffer.from(value) })));
    const records = await stream.read({ partition: 0, offset: 0 }, 1_000);
    expect(records.map(({ value }) => Buffer.from(value).toString())).toEqual(values);
    await log.close();
  });

  it('says which compression it lacks, and does not pass by what it can’t read', async () => {
    expect(() => createKafka({ brokers: [service.broker], compression: 'zstd' as Compression })).toThrow(
      expect.objectContaining({ code: 'KAFKA_CODEC' }),
    );
    const topic = await createTopic(1, 'zstd', [{ name: 'compression.type', value: 'zstd' }]);
    await produce(topic, ['unreadable']);
    const warnings: string[] = [];
    const warn = (details: { reason?: string }) => void warnings.push(details.reason ?? '');
    const { reader, values } = await follow({
      topics: [topic],
      group: topic,
      log: { info() {}, warn: warn as never, error() {} },
    });
    while (!warnings.some((reason) => /zstd/i.test(reason))) await setTimeout(20);
    expect(values).toEqual([]);
    expect((await reader.lag()).records).toBe(1);
    await reader.close();
  });

  it('refuses a topic that does not exist', async () => {
    await expect(follow({ topics: ['nowhere'], group: 'g' })).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_UNKNOWN',
      message: expect.stringContaining('nowhere'),
    });
  });

  it('names the brokers that do not answer', async () => {
    await expect(follow({ brokers: ['127.0.0.1:1'], topics: ['t'], group: 'g' })).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      status: 503,
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});
