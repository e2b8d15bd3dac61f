import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { has } from '../../../test/require.ts';
import { type KafkaService, startKafka } from '../../../test/services/kafka.ts';
import type { Stream } from '../contract.ts';
import { createKeyedStage } from '../keyed/stage.ts';
import { appendReadings, expectedCounts, type WindowCount, windowCounts } from '../keyed/windows.fixture.ts';
import { textOf } from '../streams.suite.ts';
import { openTestKafka } from './kafka.harness.ts';
import { createKafkaSnapshots } from './snapshots.ts';

const child = fileURLToPath(bundled(new URL('./stage.child.ts', import.meta.url)));
/** One per source: the readings of a source are in one partition, in order, though under another key. */
const keys = 7;

async function startChild(broker: string, prefix: string): Promise<ChildProcess> {
  const started = spawn(process.execPath, [child, broker, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(started.stdout!, 'data');
  return started;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const readCounts = async (counts: Stream): Promise<WindowCount[]> =>
  (await counts.read({ partition: 0, offset: 0 }, 1_000_000)).map(
    (record) => JSON.parse(textOf(record)) as WindowCount,
  );

const sorted = <T>(entries: Iterable<[string, T]>): [string, T][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

describe.runIf(has('kafka'))('a keyed stage on Kafka', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(() => kafka.stop());

  it('has the states and outputs of one process alone, though of two one is killed', {
    timeout: 180_000,
  }, async () => {
    const prefix = `t${randomBytes(4).toString('hex')}.`;
    const { log, dispose } = await openTestKafka({ brokers: [kafka.broker], prefix, partitions: 3 });
    const total = 8_000;
    try {
      const events = await log.open('events');
      const counts = await log.open('counts', { partitions: 1 });
      const [first, second] = await Promise.all([
        startChild(kafka.broker, prefix),
        startChild(kafka.broker, prefix),
      ]);
      await appendReadings(events, 0, total / 2, keys);
      // In the middle of windows, both with some of them.
      while ((await readCounts(counts)).length < 20) await setTimeout(20);
      await end(first, 'SIGKILL');
      await appendReadings(events, total / 2, total, keys);
      const third = await startChild(kafka.broker, prefix);
      await end(second, 'SIGTERM');
      await end(third, 'SIGTERM');

      const emitted: WindowCount[] = [];
      const last = await createKeyedStage(
        windowCounts(events, createKafkaSnapshots(log), async (outputs) => void emitted.push(...outputs)),
      );
      await last.drain();
      const states = sorted(last.entries());
      await last.close();

      const aloneEmitted: WindowCount[] = [];
      const alone = await createKeyedStage({
        ...windowCounts(
          events,
          createKafkaSnapshots(log),
          async (outputs) => void aloneEmitted.push(...outputs),
        ),
        group: 'alone',
      });
      await alone.drain();
      expect(states).toEqual(sorted(alone.entries()));
      await alone.close();

      const effects = new Map<string, number>();
      for (const { id, count } of [...(await readCounts(counts)), ...emitted]) {
        // Emitted again it says the same: its id is its effect.
        expect(count).toBe(effects.get(id) ?? count);
        effects.set(id, count);
      }
      expect(sorted(effects)).toEqual(sorted(expectedCounts(total)));
      expect(sorted(aloneEmitted.map(({ id, count }) => [id, count]))).toEqual(sorted(expectedCounts(total)));
    } finally {
      await dispose();
    }
  });

  it('counts no record twice that was forwarded twice', async () => {
    const { log, crash, dispose } = await openTestKafka({ brokers: [kafka.broker], partitions: 2 });
    try {
      const events = await log.open('events');
      const effects: WindowCount[] = [];
      const onOutput = async (outputs: readonly WindowCount[]) => void effects.push(...outputs);
      const stage = await createKeyedStage(windowCounts(events, createKafkaSnapshots(log), onOutput));
      await appendReadings(events, 0, 1_000, keys);
      await stage.drain();
      const reopened = await crash();
      const again = await reopened.open('events');
      // What was forwarded is forwarded again, from the beginning, once the dead one's session has ended.
      await vi.waitFor(() => again.forgetGroup('windows.forward'), { timeout: 10_000, interval: 100 });
      const second = await createKeyedStage(windowCounts(again, createKafkaSnapshots(reopened), onOutput));
      await appendReadings(again, 1_000, 2_000, keys);
      await second.drain();
      const by = await reopened.open('events.by.windows');
      const forwarded = (await by.stats()).partitions.reduce((sum, { next }) => sum + next, 0);
      expect(forwarded).toBe(3_000);
      expect(sorted(effects.map(({ id, count }) => [id, count]))).toEqual(sorted(expectedCounts(2_000)));
    } finally {
      await dispose();
    }
  });

  it('keeps snapshots larger than a record, and gives the newest', async () => {
    const { log, crash, dispose } = await openTestKafka({ brokers: [kafka.broker], maxRecordBytes: 300_000 });
    try {
      const store = createKafkaSnapshots(log);
      expect(await store.load('stage', '0')).toBeUndefined();
      const large = randomBytes(1_500_000);
      await store.save('stage', '0', randomBytes(2_000_000));
      await store.save('stage', '0', large);
      await store.save('stage', '1', Buffer.from('other'));
      await store.save('empty', '0', new Uint8Array());
      expect(large.equals((await store.load('stage', '0'))!)).toBe(true);
      const after = createKafkaSnapshots(await crash());
      expect(large.equals((await after.load('stage', '0'))!)).toBe(true);
      expect(Buffer.from((await after.load('stage', '1'))!).toString()).toBe('other');
      expect((await after.load('empty', '0'))!.byteLength).toBe(0);
      await after.save('stage', '0', Buffer.from('small'));
      expect(Buffer.from((await after.load('stage', '0'))!).toString()).toBe('small');
      const now = Date.now();
      expect(await after.due(now - 60_000, ['stage', 'empty'])).toBe(0);
      expect(await after.expire(now - 60_000, ['stage', 'empty'])).toBe(0);
      expect(await after.due(now + 60_000, ['stage'])).toBe(2);
      expect(await after.expire(now + 60_000, ['stage'])).toBe(2);
      expect(await after.load('stage', '0')).toBeUndefined();
      const again = createKafkaSnapshots(await crash());
      expect(await again.load('stage', '1')).toBeUndefined();
      expect((await again.load('empty', '0'))!.byteLength).toBe(0);
    } finally {
      await dispose();
    }
  });
});
