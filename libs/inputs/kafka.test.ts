import { eventId } from '@tidewatch/event/ids';
import type { Input, InputContext } from '@tidewatch/plugin';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { has } from '../../test/require.ts';
import { type KafkaService, startKafka } from '../../test/services/kafka.ts';
import { kafkaConfig } from './kafka/config.ts';
import { createSourceOf } from './kafka/records.ts';
import { kafka } from './kafka.ts';
import { createSink, type Sink, streamFull, waitFor } from './sink.suite.ts';

test.each([
  ['logs', {}, 'logs'],
  ['Logs.DMZ', {}, 'logs.dmz'],
  ['_Logs', {}, 'logs'],
  ['_', {}, 'kafka'],
  ['logs', { source: 'all' }, 'all'],
  ['logs-dmz-1', { source: 'all', sources: { 'logs-dmz-*': 'firewall' } }, 'firewall'],
  ['logs-dmz-1', { sources: { other: 'x' } }, 'logs-dmz-1'],
])('the source of topic %s under %j is %s', (topic, config, expected) => {
  const full = kafkaConfig.parse({ brokers: ['a:1'], topics: ['x'], ...config });
  expect(createSourceOf(full)(topic)).toBe(expected);
});

test.each([['/[/'], ['two words'], ['//'], ['']])('refuses the topic %j', (topic) => {
  expect(kafkaConfig.safeParse({ brokers: ['a:1'], topics: [topic] }).success).toBe(false);
});

describe('kafka', () => {
  test.each([
    [['kafka-1.example.org:9092'], 'NEEDS_BROKER_TLS'],
    [['127.0.0.1:1', '[2001:db8::1]:9092'], 'NEEDS_BROKER_TLS'],
  ])('brokers %j are not read without TLS', async (brokers, code) => {
    const sink = await createSink();
    const input = kafka.create(kafkaConfig.parse({ brokers, topics: ['x'] }), sink.context);
    await expect(input.start()).rejects.toMatchObject({ code });
    await sink.remove();
  });

  test('brokers that do not answer are said, and hold up nobody', async () => {
    const sink = await createSink();
    const input = kafka.create(kafkaConfig.parse({ brokers: ['127.0.0.1:1'], topics: ['x'] }), sink.context);
    await input.start();
    expect(input.listeners()).toMatchObject([
      { address: 'kafka://127.0.0.1:1/x', state: 'failed', detail: expect.stringContaining('127.0.0.1:1') },
    ]);
    await input.stop();
    expect(input.listeners()).toEqual([]);
    await sink.remove();
  });
});

describe.runIf(has('kafka'))('kafka, with a broker', () => {
  let service: KafkaService;
  let client: kafkajs.Kafka;
  let producer: kafkajs.Producer;
  let sink: Sink;
  let input: Input;
  let topic: string;
  let made = 0;

  beforeAll(async () => {
    service = await startKafka({ secure: true });
    client = new kafkajs.Kafka({ brokers: [service.broker], logLevel: kafkajs.logLevel.NOTHING });
    producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
  }, 60_000);
  afterAll(async () => {
    await producer.disconnect();
    await service.stop();
  });
  beforeEach(async () => {
    sink = await createSink();
    topic = await createTopic(`Logs-${made++}`);
  });
  afterEach(async () => {
    await input?.stop();
    await sink.remove();
  });

  async function createTopic(name: string, numPartitions = 1): Promise<string> {
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: name, numPartitions }] });
    await admin.disconnect();
    return name;
  }
  const send = (values: readonly (string | Buffer | null)[], headers: kafkajs.IHeaders = {}, to = topic) =>
    producer.send({ topic: to, messages: values.map((value) => ({ value, headers })) });
  const make = (config: Record<string, unknown> = {}) =>
    kafka.create(
      kafkaConfig.parse({ brokers: [service.broker], topics: [topic], group: topic, ...config }),
      sink.context,
    );
  async function start(config: Record<string, unknown> = {}): Promise<void> {
    input = make(config);
    await input.start();
  }
  const ids = () => sink.taken.map(({ record }) => eventId(record.position));
  const refused = (reason: string) =>
    sink.context.metrics.value('input_refused_total', { input: 'test', reason });

  test('takes JSON and lines, each with its place, its topic and its headers', async () => {
    await send(['{"a":1}', 'a line\n', Buffer.from([0xff, 0x00])], { shipper: 'edge-7', many: ['a', 'b'] });
    await start({ dataset: 'cisco.asa' });
    await sink.until(3, 10_000);
    expect(sink.texts().slice(0, 2)).toEqual(['{"a":1}', 'a line']);
    expect(Buffer.from(sink.taken[2]!.record.bytes)).toEqual(Buffer.from([0xff, 0x00]));
    expect(sink.taken.map(({ source }) => source)).toEqual(new Array(3).fill(topic.toLowerCase()));
    expect(sink.taken[1]!.record).toMatchObject({
      format: 'auto',
      position: { kind: 'kafka', cluster: expect.stringMatching(/./), topic, partition: 0, offset: 1 },
      hints: { topic, dataset: 'cisco.asa', headers: { shipper: 'edge-7', many: 'b' } },
    });
    expect(input.listeners()).toEqual([
      { address: `kafka://${service.broker}/${topic}`, state: 'listening' },
    ]);
  });

  test('a record without a value is passed by and counted, a long one is cut', async () => {
    await send(['before', null, '', '\n', `<1>${'x'.repeat(997)}`, 'after']);
    await start({ max_record_bytes: 480, format: 'lines' });
    await sink.until(3, 10_000);
    expect(sink.texts()).toEqual(['before', `<1>${'x'.repeat(477)}`, 'after']);
    expect(sink.taken.map(({ record }) => record.hints.truncatedFrom)).toEqual([undefined, 1000, undefined]);
    await waitFor(() => input.listeners()[0]?.detail === '1 cut, 3 empty');
    expect(await refused('empty')).toBe(3);
    await send([null]);
    await waitFor(() => input.listeners()[0]?.detail === '1 cut, 4 empty');
  });

  test('finds topics by pattern, later ones too', { timeout: 30_000 }, async () => {
    const topics = [`/^${topic}-\\d$/`];
    await createTopic(`${topic}-1`, 2);
    await send(['one'], {}, `${topic}-1`);
    await send(['not this'], {}, topic);
    await start({ topics, discover_ms: 200, source: 'all', sources: { [`${topic}-2`]: 'second' } });
    await sink.until(1, 10_000);
    await createTopic(`${topic}-2`);
    await send(['two'], {}, `${topic}-2`);
    await sink.until(2, 20_000);
    expect(sink.taken.map(({ source, text }) => [source, text])).toEqual([
      ['all', 'one'],
      ['second', 'two'],
    ]);
  });

  test('an overload makes the partition wait, a refusal is counted and passed by', async () => {
    await send(['a', 'b']);
    sink.full = 2;
    await start();
    await sink.until(2, 10_000);
    expect(sink.texts()).toEqual(['a', 'b']);
    sink.refuses = new Set([topic.toLowerCase()]);
    await send(['c']);
    await waitFor(async () => (await refused('governance')) === 1);
    sink.refuses = new Set();
    await send(['d']);
    await sink.until(3);
    expect(sink.texts()).toEqual(['a', 'b', 'd']);
    expect(input.listeners()[0]?.detail).toBe('1 refused');
  });

  test('a restart in the middle loses nothing, and what comes again has its ids', {
    timeout: 30_000,
  }, async () => {
    const count = 5_000;
    const lines = Array.from({ length: count }, (_, i) => `line ${i}`);
    for (let i = 0; i < count; i += 1_000) await send(lines.slice(i, i + 1_000));
    // From the third batch on records are kept and the answer is lost, as in a crash before the commit.
    let calls = 0;
    const crashing: InputContext = {
      ...sink.context,
      async accept(source, records) {
        const answers = await sink.context.accept(source, records);
        if (++calls >= 3) throw streamFull();
        return answers;
      },
    };
    const config = kafkaConfig.parse({ brokers: [service.broker], topics: [topic], group: topic });
    input = kafka.create(config, crashing);
    await input.start();
    await waitFor(() => calls >= 3, 10_000);
    await input.stop();
    const before = new Set(ids());
    const keptBefore = sink.taken.length;
    await start();
    await waitFor(
      () =>
        sink
          .texts()
          .slice(keptBefore)
          .includes(`line ${count - 1}`),
      10_000,
    );
    expect(new Set(sink.texts())).toEqual(new Set(lines));
    expect(new Set(ids()).size).toBe(count);
    // What was committed is not read again, what was not has the ids that it had.
    expect(sink.texts().filter((text) => text === 'line 0')).toHaveLength(1);
    const again = ids().slice(keptBefore);
    expect(again.filter((id) => before.has(id)).length).toBeGreaterThan(0);
  });

  test('after a stop it goes on behind what was taken', { timeout: 30_000 }, async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `line ${i}`);
    await send(lines);
    await start();
    await waitFor(() => sink.taken.length > 0, 10_000);
    await input.stop();
    expect(input.listeners()).toEqual([]);
    await send(['last']);
    await input.start();
    await waitFor(() => sink.texts().includes('last'), 15_000);
    expect(sink.texts()).toEqual([...lines, 'last']);
  });

  test('logs in, and over TLS shows its certificate', { timeout: 30_000 }, async () => {
    const { sasl, tls, username, password, ca, cert, key, servername } = service.security!;
    await send(['a']);
    await start({ brokers: [sasl], sasl: { mechanism: 'scram-sha-512', username, password } });
    await sink.until(1, 10_000);
    await input.stop();
    await start({ brokers: [tls], tls: { ca, certificate: cert, key, servername }, group: `${topic}-tls` });
    await sink.until(2, 10_000);
    expect(new Set(ids()).size).toBe(1);
  });

  test('a topic that does not exist stops the start', async () => {
    await expect(make({ topics: ['nowhere'] }).start()).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_UNKNOWN',
    });
  });
});
