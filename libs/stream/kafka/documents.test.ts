import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import type { Documents } from '../documents/contract.ts';
import { type DocumentsUnderTest, describeDocuments, folders } from '../documents/documents.suite.ts';
import { openKafkaDocuments } from './documents.ts';
import { openTestKafka } from './kafka.harness.ts';

const a = { folder: 'rules', name: 'a' };

describe.runIf(has('kafka'))('Kafka', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(() => kafka.stop());

  async function openSite() {
    const under = await openTestKafka({ brokers: [kafka.broker], appendTimeoutMs: 3_000 });
    const directories: string[] = [];
    const opened: Documents[] = [];
    const site: DocumentsUnderTest = {
      async open(places) {
        const documents = await openKafkaDocuments(under.log, places);
        opened.push(documents);
        return documents;
      },
      async directory() {
        const made = await mkdtemp(join(tmpdir(), 'tidewatch-documents-'));
        directories.push(made);
        return made;
      },
      async dispose() {
        for (const each of opened) await each.close();
        await under.dispose();
        for (const each of directories) await rm(each, { recursive: true });
      },
    };
    return { ...under, site };
  }

  describeDocuments('Kafka', async () => (await openSite()).site);

  async function withSite(test: (opened: Awaited<ReturnType<typeof openSite>>) => Promise<void>) {
    const opened = await openSite();
    try {
      await test(opened);
    } finally {
      await opened.site.dispose();
    }
  }

  it('keeps them in a compacted topic of one partition, and refuses another kind', async () => {
    await withSite(async ({ log, site }) => {
      const { admin } = (await log.connect()).client;
      const documents = await site.open({ directory: await site.directory(), folders });
      await documents.write([{ ...a, text: 'x' }]);
      const topic = `${log.settings.prefix}documents`;
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [
          { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] },
        ],
      });
      expect(resources[0]?.configEntries[0]?.configValue).toBe('compact');
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ partition: 0, high: '1' }]);
    });
    await withSite(async ({ log, site }) => {
      const { admin } = (await log.connect()).client;
      await admin.createTopics({ topics: [{ topic: `${log.settings.prefix}documents` }] });
      await expect(site.open({ directory: await site.directory(), folders })).rejects.toMatchObject({
        code: 'KAFKA_TOPIC_UNFIT',
      });
    });
  });

  it('leaves nothing in the folder that the topic does not say, and passes by keys that are no documents', async () => {
    await withSite(async ({ log, site }) => {
      const directory = await site.directory();
      const first = await site.open({ directory, folders });
      await first.write([{ ...a, text: 'kept' }]);
      await first.close();
      const { client } = await log.connect();
      await writeFile(first.file({ ...a, name: 'stray' }), 'of a tombstone that was compacted away');
      const producer = new kafkajs.Kafka({
        brokers: [...client.brokers],
        logLevel: kafkajs.logLevel.NOTHING,
      }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      for (const key of ['rules/../../escaped', 'other/b', ''])
        await producer.send({ topic: `${log.settings.prefix}documents`, messages: [{ key, value: 'x' }] });
      await producer.disconnect();
      const next = await site.open({ directory, folders });
      expect(await readFile(next.file(a), 'utf8')).toBe('kept');
      await expect(stat(next.file({ ...a, name: 'stray' }))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(stat(join(directory, '..', 'escaped.yml'))).rejects.toMatchObject({ code: 'ENOENT' });
    });
  });

  it('writes again what was overtaken by one that ended before it could', async () => {
    await withSite(async ({ log, site }) => {
      const documents = await site.open({ directory: await site.directory(), folders });
      await documents.write([{ ...a, text: 'kept' }]);
      const { client } = await log.connect();
      const producer = new kafkajs.Kafka({
        brokers: [...client.brokers],
        logLevel: kafkajs.logLevel.NOTHING,
      }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      const topic = `${log.settings.prefix}documents`;
      const late = { key: 'rules/a', value: 'late', headers: { 'if-version': '-1 rules/a' } };
      await producer.send({ topic, messages: [late] });
      await producer.disconnect();
      await documents.write([{ ...a, name: 'b', text: 'x' }]);
      expect(await documents.read(a)).toBe('kept');
      expect(await client.admin.fetchTopicOffsets(topic)).toMatchObject([{ high: '4' }]);
    });
  });

  it('refuses a write while no broker answers, keeps what is here, and goes on when one is back', async () => {
    await withSite(async ({ site }) => {
      const [directory, elsewhere] = [await site.directory(), await site.directory()];
      const documents = await site.open({ directory, folders });
      const other = await site.open({ directory: elsewhere, folders });
      const third = await site.open({ directory: await site.directory(), folders });
      await documents.write([{ ...a, text: 'before' }]);
      await kafka.kill('SIGKILL');
      await expect(documents.write([{ ...a, text: 'meanwhile' }])).rejects.toMatchObject({
        code: 'KAFKA_UNAVAILABLE',
        status: 503,
      });
      expect(await readFile(documents.file(a), 'utf8')).toBe('before');
      const began = performance.now();
      await third.close();
      expect(performance.now() - began).toBeLessThan(3_000);
      await kafka.restart();
      let failure: unknown = 'untried';
      for (let i = 0; i < 40 && failure !== undefined; i++) {
        failure = await documents.write([{ ...a, text: 'after' }]).then(
          () => undefined,
          (error) => error,
        );
        if (failure !== undefined) await setTimeout(250);
      }
      expect(failure).toBeUndefined();
      await expect.poll(() => other.read(a), { timeout: 15_000 }).toBe('after');
    });
  }, 120_000);
});
