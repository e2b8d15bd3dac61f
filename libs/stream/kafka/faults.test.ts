import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import { churn, ledgerOfOutages } from './faults.fixture.ts';
import { openTestKafka } from './kafka.harness.ts';

describe.runIf(has('kafka'))('Kafka in trouble', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(() => kafka.stop());

  it('loses and doubles nothing when the broker is killed and comes back (R3)', {
    timeout: 90_000,
  }, async () => {
    const { log, dispose } = await openTestKafka({
      brokers: [kafka.broker],
      partitions: 3,
      appendTimeoutMs: 60_000,
      sessionTimeoutMs: 6_000,
    });
    try {
      const ledger = await ledgerOfOutages(kafka, await log.open('events'), 1);
      expect(ledger.lost).toEqual([]);
      expect(ledger.doubled).toEqual([]);
      expect(ledger.acknowledged).toBeGreaterThan(1_000);
      expect(ledger.recoveredWithin).toBeLessThan(30);
    } finally {
      await dispose();
    }
  });

  it('keeps half its speed, and loses nothing, while consumers come and go (R4)', {
    timeout: 90_000,
  }, async () => {
    const { log, dispose } = await openTestKafka({ brokers: [kafka.broker], heartbeatMs: 500 });
    try {
      const result = await churn(await log.open('events'), 80_000, 2_000);
      expect(result.missing).toBe(0);
      expect(result.joins).toBeGreaterThan(0);
      expect(result.disturbed / result.calm).toBeGreaterThan(0.5);
    } finally {
      await dispose();
    }
  });

  it('refuses within its time while the broker is away, and takes again when it is back', {
    timeout: 60_000,
  }, async () => {
    const { log, dispose } = await openTestKafka({
      brokers: [kafka.broker],
      partitions: 1,
      appendTimeoutMs: 1_000,
      queueBytes: 5_000,
    });
    const record = { key: 'k', value: Buffer.alloc(2_000) };
    try {
      const stream = await log.open('events');
      await stream.append([record]);
      await kafka.kill('SIGKILL');
      const began = Date.now();
      const refused = stream.append([record, record]);
      await expect(stream.append([record])).rejects.toMatchObject({
        code: 'KAFKA_BUSY',
        status: 429,
        details: { retryAfter: 5 },
      });
      await expect(refused).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', status: 503 });
      expect(Date.now() - began).toBeLessThan(5_000);
      await kafka.restart();
      for (;;) {
        const taken = await stream.append([record]).catch(() => undefined);
        if (taken !== undefined) break;
      }
      await expect(stream.append([{ key: 'k', value: Buffer.alloc(9 * 1024 * 1024) }])).rejects.toMatchObject(
        {
          code: 'RECORD_TOO_LARGE',
          status: 413,
        },
      );
      expect((await stream.stats()).groups).toEqual([]);
    } finally {
      await dispose();
    }
  });

  it('moves no position when its partitions went to another meanwhile', { timeout: 30_000 }, async () => {
    const { log, dispose } = await openTestKafka({ brokers: [kafka.broker], partitions: 1 });
    try {
      const stream = await log.open('events');
      await stream.append(Array.from({ length: 100 }, (_, i) => ({ key: 'k', value: Buffer.from(`${i}`) })));
      const events: string[] = [];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const zombie = await stream.subscribe({
        group: 'g',
        process: () => held,
        revoked: async (_, lost) => void events.push(`revoked, lost: ${lost}`),
      });
      // The coordinator forgets a member that left: as if its session had ended while it was busy.
      const { admin } = (await log.connect()).client;
      const id = `${log.settings.prefix}events:g`;
      const [member] = (await admin.describeGroups([id])).groups[0]!.members;
      const connection = await (await log.connect()).client.connect();
      await (await connection.coordinator(id)).leaveGroup({ groupId: id, memberId: member!.memberId });
      const other = await stream.subscribe({
        group: 'g',
        maxRecords: 10,
        process: async ({ records }) => {
          if (records[0]!.position.offset >= 50) throw new Error('the sink is down');
        },
      });
      while ((await stream.stats()).groups[0]!.records > 50)
        await new Promise((resolve) => setTimeout(resolve, 50));
      release();
      await zombie.close();
      expect(events[0]).toBe('revoked, lost: true');
      expect((await stream.stats()).groups[0]!.records).toBe(50);
      await other.close();
    } finally {
      await dispose();
    }
  });

  it('says what to create where it may not', async () => {
    const { log, dispose } = await openTestKafka({
      brokers: [kafka.broker],
      createTopics: false,
      partitions: 4,
    });
    await expect(log.open('events')).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_MISSING',
      message: expect.stringMatching(/--topic t\w+\.events --partitions 4 .*min\.insync\.replicas=1/),
    });
    await dispose();
    const few = await openTestKafka({ brokers: [kafka.broker], replicas: 3 });
    await expect(few.log.open('events')).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_MISSING',
      message: expect.stringMatching(/replication/i),
    });
    await few.dispose();
  });
});
