import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import { recordOf, textOf } from '../streams.suite.ts';
import { churn, ledgerOfOutages } from './faults.fixture.ts';
import { openTestKafka } from './kafka.harness.ts';
import { partitionOf } from './murmur2.ts';

describe.runIf(has('kafka'))('Kafka in trouble', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(() => kafka.stop());

  it('loses and doubles nothing when the broker is killed and comes back (R3)', {
    timeout: 120_000,
  }, async () => {
    const { log, dispose } = await openTestKafka({
      brokers: [kafka.broker],
      partitions: 3,
      appendTimeoutMs: 60_000,
      sessionTimeoutMs: 6_000,
    });
    try {
      const ledger = await ledgerOfOutages(kafka, await log.open('events'), 1);
      process.stdout.write(`R3 (Kafka): ${JSON.stringify(ledger)}\n`);
      expect(ledger.lost).toEqual([]);
      expect(ledger.doubled).toEqual([]);
      expect(ledger.recoveredWithin).toBeLessThan(30);
    } finally {
      await dispose();
    }
  });

  it('keeps half its speed, and loses nothing, while consumers come and go (R4)', {
    timeout: 120_000,
  }, async () => {
    const { log, dispose } = await openTestKafka({ brokers: [kafka.broker], heartbeatMs: 500 });
    try {
      const result = await churn(await log.open('events'), 60_000, 2_000);
      process.stdout.write(`R4 (Kafka): ${JSON.stringify(result)}\n`);
      expect(result).toMatchObject({ missing: 0, doubled: 0 });
      expect(result.joins).toBeGreaterThan(0);
      expect(result.disturbed / result.calm).toBeGreaterThan(0.5);
    } finally {
      await dispose();
    }
  });

  it('refuses within its time while the broker stands still, and takes again when it goes on', {
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
      await kafka.kill('SIGSTOP');
      const began = Date.now();
      const refused = stream.append([record, record]);
      await expect(stream.append([record])).rejects.toMatchObject({
        code: 'KAFKA_BUSY',
        status: 429,
        details: { retryAfter: 5 },
      });
      await expect(refused).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', status: 503 });
      expect(Date.now() - began).toBeLessThan(5_000);
      await kafka.kill('SIGCONT');
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
      while ((await stream.stats()).groups[0]!.records > 50) await setTimeout(50);
      release();
      await zombie.close();
      expect(events[0]).toBe('revoked, lost: true');
      expect((await stream.stats()).groups[0]!.records).toBe(50);
      await other.close();
    } finally {
      await dispose();
    }
  });

  it('writes once what it sends again because the answer was lost', async () => {
    let armed = false;
    const { log, dispose } = await openTestKafka({ brokers: [kafka.broker], partitions: 1 }, (options) => {
      const socket = net.connect(options);
      const emit = socket.emit.bind(socket);
      socket.emit = (event: string, ...args: unknown[]) => {
        if (event !== 'data' || !armed) return emit(event, ...args);
        armed = false;
        socket.destroy(new Error('cut'));
        return true;
      };
      return socket;
    });
    try {
      const stream = await log.open('events');
      for (let i = 0; i < 5; i++) {
        await stream.append([recordOf(`before ${i}`)]);
        armed = true;
        expect(await stream.append([recordOf(`cut ${i}`), recordOf(`with it ${i}`)])).toMatchObject([
          { offset: 3 * i + 1 },
          { offset: 3 * i + 2 },
        ]);
        expect(armed).toBe(false);
      }
      const kept = await stream.read({ partition: 0, offset: 0 }, 100);
      const expected = [0, 1, 2, 3, 4].flatMap((i) => [`before ${i}`, `cut ${i}`, `with it ${i}`]);
      expect(kept.map(textOf)).toEqual(expected);
    } finally {
      await dispose();
    }
  });

  it('fetches no more of a partition whose handler is behind, and goes on with the others', async () => {
    const sockets = new Set<net.Socket>();
    const { log, crash, dispose } = await openTestKafka(
      { brokers: [kafka.broker], partitions: 2, compression: 'none' },
      (options) => {
        const socket = net.connect(options);
        sockets.add(socket);
        return socket;
      },
    );
    const perPartition = 60;
    try {
      const keys = ['a', 'b', 'c', 'd'];
      const [slow = '', quick = ''] = [0, 1].map((partition) =>
        keys.find((key) => partitionOf(key, 2) === partition),
      );
      const stream = await log.open('events');
      for (let i = 0; i < perPartition; i++)
        await stream.append([slow, quick].map((key) => ({ key, value: randomBytes(100_000) })));
      // Another's connections, which have read nothing yet.
      const again = await (await crash()).open('events');
      sockets.clear();
      const seen = [0, 0];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const consumer = await again.subscribe({
        group: 'g',
        maxRecords: 10,
        process: async ({ partition, records }) => {
          if (partition === 0) await held;
          seen[partition] = (seen[partition] ?? 0) + records.length;
        },
      });
      while (seen[1] !== perPartition) await setTimeout(10);
      await setTimeout(300);
      const read = [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0);
      // What a partition holds ready, and the answer that filled it.
      expect(read - perPartition * 100_000).toBeLessThan(2.5 * 1024 * 1024);
      expect(seen[0]).toBe(0);
      release();
      await consumer.drain();
      expect(seen).toEqual([perPartition, perPartition]);
    } finally {
      await dispose();
    }
  });
});
