import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { follow, recordOf } from '../streams.suite.ts';
import { encodePositions, readPositions } from './groups.ts';
import { recordingLog, rejection, withWal } from './wal.harness.ts';
import { createWal } from './wal.ts';

describe('consumers of a wal', () => {
  it(
    'get the very objects that were appended while they keep up',
    withWal({ tailBytes: 20_000, segmentBytes: 8_192 }, async ({ log }) => {
      const stream = await log.open('events');
      const quick = await follow(stream, 'quick');
      const other = await follow(stream, 'other');
      const sent = Array.from({ length: 300 }, (_, i) => ({
        ...recordOf(`value ${i}`.padEnd(200)),
        decoded: { i },
      }));
      for (const record of sent) {
        await stream.append([record]);
        await quick.consumer.drain();
      }
      const got = quick.batches.flatMap(({ records }) => records);
      expect(got.every((record, i) => record.decoded === sent[i]!.decoded)).toBe(true);
      await other.consumer.drain();
      expect(other.values).toEqual(quick.values);
    }),
  );

  it(
    'that were stuck catch up from the segments, without a gap where disk meets memory',
    withWal({ tailBytes: 20_000, segmentBytes: 8_192 }, async ({ log }) => {
      const stream = await log.open('events');
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const offsets: number[] = [];
      const fromMemory: boolean[] = [];
      const { consumer } = await follow(stream, 'g', {
        maxRecords: 7,
        process: async ({ records }) => {
          await held;
          offsets.push(...records.map(({ position }) => position.offset));
          fromMemory.push(...records.map(({ decoded }) => decoded !== undefined));
        },
      });
      const append = async (from: number, to: number) => {
        for (let i = from; i < to; i++)
          await stream.append([{ ...recordOf(`value ${i}`.padEnd(200)), decoded: { i } }]);
      };
      await append(0, 300);
      release();
      await append(300, 400);
      await consumer.drain();
      expect(offsets).toEqual(Array.from({ length: 400 }, (_, i) => i));
      expect(fromMemory.slice(50, 200)).not.toContain(true);
      expect(fromMemory.at(-1)).toBe(true);
    }),
  );

  it(
    'are one per group',
    withWal({}, async ({ log }) => {
      const stream = await log.open('events');
      const { consumer } = await follow(stream, 'g');
      expect(await rejection(follow(stream, 'g'))).toMatchObject({ code: 'GROUP_TAKEN' });
      await consumer.close();
      await (await follow(stream, 'g')).consumer.close();
    }),
  );

  it(
    'leave the process time for other work when they never wait',
    withWal({}, async ({ log }) => {
      const stream = await log.open('events');
      for (let i = 0; i < 6; i++)
        await stream.append(Array.from({ length: 1_000 }, (_, k) => recordOf(`${k}`)));
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const { consumer } = await follow(stream, 'g', {
        maxRecords: 100,
        process: async () => {
          const until = performance.now() + 1;
          while (performance.now() < until);
        },
      });
      await consumer.drain();
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(15);
    }),
  );

  it(
    'write their positions soon after, without being closed',
    withWal({}, async ({ log, directory }) => {
      const stream = await log.open('events');
      const { values } = await follow(stream, 'g');
      await stream.append([recordOf('a'), recordOf('b')]);
      const path = join(directory, 'events', 'groups', 'g.json');
      const until = Date.now() + 3_000;
      while (!(await readFile(path, 'utf8')).includes('"0":2') && Date.now() < until) await setTimeout(20);
      expect(await readPositions(path)).toEqual(new Map([[0, 2]]));
      expect(values).toEqual(['a', 'b']);
    }),
  );

  it(
    'begin anew, loudly, where their positions are damaged',
    withWal({}, async ({ log, crashCopy }) => {
      const stream = await log.open('events');
      const before = await follow(stream, 'g');
      await stream.append([recordOf('a')]);
      await before.consumer.drain();
      const directory = await crashCopy();
      await writeFile(join(directory, 'events', 'groups', 'g.json'), '{"version":1,"posi');
      const { lines, log: logger } = recordingLog();
      const again = createWal({ directory, log: logger });
      const after = await follow(await again.open('events'), 'g', { from: 'latest' });
      await after.consumer.drain();
      expect(after.values).toEqual(['a']);
      expect(lines).toMatchObject([
        { level: 'error', message: expect.stringContaining('positions of a group') },
      ]);
      await again.close();
    }),
  );

  it(
    'go on at the end where their position lies beyond it, and the next record is not skipped',
    withWal({}, async ({ log, crashCopy }) => {
      const stream = await log.open('events');
      await follow(stream, 'g');
      await stream.append([recordOf('a')]);
      const directory = await crashCopy();
      await writeFile(join(directory, 'events', 'groups', 'g.json'), encodePositions(new Map([[0, 500]])));
      const again = createWal({ directory });
      const reopened = await again.open('events');
      const after = await follow(reopened, 'g');
      await after.consumer.drain();
      expect(await reopened.append([recordOf('b')])).toEqual([{ partition: 0, offset: 500 }]);
      await after.consumer.drain();
      expect(after.values).toEqual(['b']);
      await again.close();
    }),
  );
});
