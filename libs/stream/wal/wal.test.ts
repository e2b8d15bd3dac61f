import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import type { NewRecord } from '../contract.ts';
import { follow, recordOf, textOf } from '../streams.suite.ts';
import { recordingLog, rejection, withWal } from './wal.harness.ts';
import { createWal } from './wal.ts';

const kilobyte = (i: number): NewRecord => recordOf(`${i} `.padEnd(1_000, 'x'));

describe('disk budget', () => {
  it(
    'refuses with 429 what would go over it, keeps what is unread, and takes again once it is read',
    withWal({ diskBudgetBytes: 100_000 }, async ({ log }) => {
      const stream = await log.open('events');
      const down = await follow(stream, 'g', { process: () => Promise.reject(new Error('down')) });
      let taken = 0;
      let error: unknown;
      while (error === undefined) error = await rejection(stream.append([kilobyte(taken++)]));
      expect(isTidewatchError(error, 'STREAM_FULL') && error.status).toBe(429);
      expect(isTidewatchError(error) && error.details).toMatchObject({
        stream: 'events',
        limit: 100_000,
        retryAfter: 5,
      });
      expect(taken).toBeGreaterThan(90);
      expect((await stream.stats()).bytes).toBeLessThanOrEqual(100_000);
      await down.consumer.close();

      const { values, consumer } = await follow(stream, 'g');
      await consumer.drain();
      expect(values).toHaveLength(taken - 1);
      for (let i = 0; i < 500; i++) {
        await stream.append([kilobyte(i)]);
        if (i % 20 === 0) await consumer.drain();
      }
      await consumer.drain();
      expect(values).toHaveLength(taken - 1 + 500);
      expect((await stream.stats()).bytes).toBeLessThanOrEqual(100_000);
    }),
  );

  it(
    'counts what is there from before, and never frees a stream that nobody reads in a group',
    withWal({ diskBudgetBytes: 50_000 }, async (under) => {
      const letters = await under.log.open('dead-letters');
      for (let i = 0; i < 40; i++) await letters.append([kilobyte(i)]);
      const log = await under.crash();
      const reopened = await log.open('dead-letters');
      const other = await log.open('events');
      for (let i = 0; i < 5; i++) await other.append([kilobyte(i)]);
      expect(await rejection(other.append(Array.from({ length: 5 }, (_, i) => kilobyte(i))))).toMatchObject({
        code: 'STREAM_FULL',
      });
      expect(await reopened.read({ partition: 0, offset: 0 }, 100)).toHaveLength(40);
    }),
  );

  it(
    'frees what every group has read where the disk is short',
    withWal({ segmentBytes: 4_096 }, async ({ log }) => {
      const stream = await log.open('events');
      const { consumer } = await follow(stream, 'g');
      for (let i = 0; i < 40; i++) await stream.append([kilobyte(i)]);
      await consumer.drain();
      const { bytes } = await stream.stats();
      stream.relieve?.();
      await expect.poll(async () => (await stream.stats()).bytes).toBeLessThanOrEqual(0.9 * bytes);
    }),
  );

  it(
    'refuses a record that is too large, and nothing of its append stays',
    withWal({}, async ({ log }) => {
      const stream = await log.open('events');
      const large = { key: 'k', value: new Uint8Array(33 * 1024 * 1024) };
      expect(await rejection(stream.append([recordOf('a'), large]))).toMatchObject({
        code: 'RECORD_TOO_LARGE',
        status: 413,
      });
      expect(await rejection(stream.append([recordOf('a', 'k'.repeat(70_000))]))).toMatchObject({
        code: 'RECORD_TOO_LARGE',
      });
      expect(await stream.append([recordOf('b')])).toEqual([{ partition: 0, offset: 0 }]);
    }),
  );
});

describe('a wal on disk', () => {
  it('rolls segments, and deletes only those that are old enough by the time they were written', async () => {
    let now = 1_000_000;
    await withWal({ segmentBytes: 4_096, clock: () => now }, async ({ log, directory }) => {
      const stream = await log.open('events');
      for (let i = 0; i < 40; i++) {
        now += 1_000;
        await stream.append([kilobyte(i)]);
      }
      const files = async () => (await readdir(join(directory, 'events', '0'))).length;
      expect(await files()).toBeGreaterThan(10);
      const { records } = await stream.deleteBefore(1_000_000 + 20_500);
      expect(records).toBeGreaterThan(15);
      expect(records).toBeLessThanOrEqual(20);
      const { first } = (await stream.stats()).partitions[0]!;
      expect(first).toBe(records);
      const left = await stream.read({ partition: 0, offset: 0 }, 100);
      expect(left.map(({ position }) => position.offset)).toEqual(
        Array.from({ length: 40 - first }, (_, i) => first + i),
      );
    })();
  });

  it('keeps its order when the clock steps back, and deletes by the newest record of a segment', async () => {
    let now = 5_000_000;
    await withWal({ clock: () => now }, async ({ log, crash }) => {
      const stream = await log.open('events');
      await stream.append([recordOf('before')]);
      now = 1_000;
      await stream.append([recordOf('after')]);
      expect(await stream.deleteBefore(4_000_000)).toEqual({ records: 0, bytes: 0 });
      const reopened = await (await crash()).open('events');
      expect(await reopened.deleteBefore(4_000_000)).toEqual({ records: 0, bytes: 0 });
      expect((await reopened.read({ partition: 0, offset: 0 }, 10)).map(textOf)).toEqual(['before', 'after']);
      expect((await reopened.deleteBefore(6_000_000)).records).toBe(2);
    })();
  });

  it(
    'never loses a partition, and says so when the configuration has another number',
    withWal({ partitions: 3 }, async ({ log, crashCopy }) => {
      const stream = await log.open('events');
      await stream.append(Array.from({ length: 30 }, (_, i) => recordOf(`${i}`, `key ${i}`)));
      const directory = await crashCopy();
      const { lines, log: logger } = recordingLog();
      const again = createWal({ directory, partitions: 1, log: logger });
      const reopened = await again.open('events');
      const { values, consumer } = await follow(reopened, 'g');
      await consumer.drain();
      expect(values).toHaveLength(30);
      expect(lines).toMatchObject([{ level: 'warn', details: { found: 3, configured: 1 } }]);
      await again.close();
    }),
  );

  it(
    'takes over the lock of a process that is gone, also where its number is in use again',
    withWal({}, async ({ directory, log }) => {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, '.lock'), JSON.stringify({ pid: process.pid, started: '1' }));
      await (await log.open('events')).append([recordOf('a')]);
      expect(JSON.parse(await readFile(join(directory, '.lock'), 'utf8'))).toMatchObject({
        pid: process.pid,
      });
      await log.close();
      expect((await readdir(directory)).filter((name) => name.startsWith('.lock'))).toEqual([]);
    }),
  );
});
