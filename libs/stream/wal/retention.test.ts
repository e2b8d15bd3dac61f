import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { OpenOptions, Stream } from '../contract.ts';
import { follow, recordOf } from '../streams.suite.ts';
import { onFullDisk, withoutSync } from './model/faults.ts';
import { openTestWal } from './wal.harness.ts';
import { createWal, type WalConfig } from './wal.ts';

function recordingLog() {
  const errors: { details: object; message: string }[] = [];
  const quiet = () => {};
  return {
    errors,
    log: {
      info: quiet,
      warn: quiet,
      error: (details: object, message: string) => void errors.push({ details, message }),
    },
  };
}

const kilobyte = (i: number) => recordOf(`${i} `.padEnd(1_000, 'x'));

async function fill(stream: Stream, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await stream.append([kilobyte(i)]);
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await check()) && Date.now() < end) await setTimeout(10);
  expect(await check()).toBe(true);
}

const withStream =
  (
    config: Partial<WalConfig>,
    options: OpenOptions,
    test: (stream: Stream, under: Awaited<ReturnType<typeof openTestWal>>) => Promise<void>,
  ) =>
  async () => {
    const under = await openTestWal({ segmentBytes: 4_096, retentionCheckMs: 10, ...config });
    try {
      await withoutSync(async () => test(await under.log.open('events', options), under));
    } finally {
      await under.dispose();
    }
  };

describe('retention', () => {
  it('in a quiet log keeps no record by one that came more than a day later', async () => {
    const day = 86_400_000;
    let now = Date.UTC(2026, 0, 1);
    await withStream({ segmentBytes: 1_000_000, clock: () => now }, {}, async (stream) => {
      const { consumer } = await follow(stream, 'reader');
      const deleteAt = async (time: number, ttl: number) => {
        now = time;
        await consumer.drain();
        return (await stream.deleteBefore(now - ttl)).records;
      };
      const start = now;
      await stream.append([kilobyte(0)]);
      now = start + day / 2;
      await stream.append([kilobyte(1)]);
      // The process was down, and so nobody ended the segment.
      now = start + 3 * day;
      await stream.append([kilobyte(2)]);
      expect(await deleteAt(start + 7.5 * day, 7 * day)).toBe(0);
      expect(await deleteAt(start + 7.5 * day + 1, 7 * day)).toBe(2);
      expect(await deleteAt(start + 10 * day + 1, 7 * day)).toBe(1);
    })();
  });

  it(
    'by size deletes the oldest segments, and never what a group has not read',
    withStream({}, { retention: { bytes: 40_000 } }, async (stream) => {
      const { consumer } = await follow(stream, 'slow', { commits: 'manual' });
      await fill(stream, 100);
      await setTimeout(50);
      expect((await stream.stats()).partitions[0]).toEqual({ partition: 0, first: 0, next: 100 });
      consumer.commit({ partition: 0, offset: 30 });
      await until(async () => (await stream.stats()).partitions[0]!.first > 20);
      expect((await stream.stats()).partitions[0]!.first).toBeLessThanOrEqual(30);
      consumer.commit({ partition: 0, offset: 100 });
      await until(async () => (await stream.stats()).bytes <= 40_000);
      const { bytes, deletedUnread } = await stream.stats();
      expect(bytes).toBeGreaterThan(30_000);
      expect(deletedUnread).toBe(0);
    }),
  );

  it('beyond a hard limit deletes what is unread, counts it, and says so once per deletion', async () => {
    const { log, errors } = recordingLog();
    await withStream({ log }, { retention: { bytes: 40_000, hard: true } }, async (stream) => {
      const { consumer } = await follow(stream, 'slow', { process: () => Promise.reject(new Error('down')) });
      await fill(stream, 100);
      // What is deleted is counted once its files are gone.
      await until(async () => {
        const { bytes, partitions, deletedUnread } = await stream.stats();
        return bytes <= 40_000 && deletedUnread === partitions[0]!.first;
      });
      await consumer.close();
      const { partitions, deletedUnread, groups } = await stream.stats();
      expect(deletedUnread).toBeGreaterThan(50);
      expect(groups).toMatchObject([{ group: 'slow', records: 100 - partitions[0]!.first }]);
      const said = errors.filter(({ message }) => message.includes('had not read'));
      const sum = said.reduce((total, { details }) => total + (details as { records: number }).records, 0);
      expect(sum).toBe(deletedUnread);
      const after = await follow(stream, 'slow');
      await after.consumer.drain();
      expect(after.values).toHaveLength(100 - partitions[0]!.first);
    })();
  });

  it('by age deletes what is old and read, the newest segment too', async () => {
    let now = 1_000_000;
    const options = { retention: { ms: 60_000 } };
    await withStream({ clock: () => now }, options, async (stream) => {
      const { consumer } = await follow(stream, 'g');
      await fill(stream, 10);
      await consumer.drain();
      now += 30_000;
      await fill(stream, 1);
      await consumer.drain();
      await setTimeout(50);
      expect((await stream.stats()).partitions[0]).toMatchObject({ first: 0 });
      now += 31_000;
      await until(async () => (await stream.stats()).partitions[0]!.first >= 9);
      expect((await stream.stats()).partitions[0]!.next).toBe(11);
      now += 60_000;
      await until(async () => (await stream.stats()).partitions[0]!.first === 11);
    })();
  });

  it('by age is not held up by a clock that was ahead', async () => {
    let now = 10_000_000_000;
    await withStream({ clock: () => now }, { retention: { ms: 60_000 } }, async (stream) => {
      await fill(stream, 3);
      now = 1_000_000;
      await until(async () => {
        await fill(stream, 1);
        return (await stream.stats()).bytes > 4_500;
      });
      now += 61_000;
      await until(async () => (await stream.read({ partition: 0, offset: 0 }, 100)).length === 0);
    })();
  });

  it(
    'does not wait for a group that is forgotten, also after a restart',
    withStream({}, { retention: { bytes: 20_000 } }, async (stream, under) => {
      await (await follow(stream, 'gone')).consumer.close();
      await (await follow(stream, 'here')).consumer.close();
      await fill(stream, 50);
      await stream.forgetGroup('gone');
      const here = await follow(stream, 'here');
      await here.consumer.drain();
      await until(async () => (await stream.stats()).bytes <= 20_000);
      const reopened = await (await under.crash()).open('events');
      expect((await reopened.stats()).groups).toMatchObject([{ group: 'here' }]);
    }),
  );

  it(
    'deletes with a segment what was set aside of it',
    withStream({}, {}, async (stream, under) => {
      await fill(stream, 20);
      const directory = await under.crashCopy();
      const folder = join(directory, 'events', '0');
      const [first = ''] = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
      await writeFile(join(folder, first), 'no head');
      const again = createWal({ directory, segmentBytes: 4_096 });
      const reopened = await again.open('events');
      const quarantine = () => readdir(join(directory, 'events', 'quarantine'));
      expect(await quarantine()).toHaveLength(1);
      expect((await reopened.stats()).damage.missingRecords).toBe(3);
      await reopened.deleteBefore(Date.now() + 60_000);
      expect(await quarantine()).toEqual([]);
      await again.close();
    }),
  );

  it(
    'takes the partitions of the stream before those of the log',
    withStream({ partitions: 2 }, { partitions: 5 }, async (stream) => {
      expect((await stream.stats()).partitions).toHaveLength(5);
    }),
  );
});

describe('a full disk', () => {
  it(
    'is freed of what every group has read',
    withStream({}, {}, async (stream) => {
      const { consumer } = await follow(stream, 'g');
      await fill(stream, 50);
      await consumer.drain();
      const before = (await stream.stats()).bytes;
      await onFullDisk(0, true, () =>
        expect(stream.append([kilobyte(0)])).rejects.toMatchObject({
          code: 'STREAM_DISK',
          status: 429,
          details: { reason: 'ENOSPC' },
        }),
      );
      await until(async () => (await stream.stats()).bytes < before * 0.95);
      await fill(stream, 1);
    }),
  );
});
