import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Batch, Log, NewRecord, Stream, StreamRecord, Subscription } from './contract.ts';

export interface LogUnderTest {
  readonly log: Log;
  /** What a new process finds when the one before was killed at this moment: nothing is flushed, committed or closed first. */
  crash(): Promise<Log>;
  /** Closes whatever is open, and removes what was written. */
  dispose(): Promise<void>;
}

/** @param partitions how many a new stream gets */
export type OpenLog = (partitions: number) => Promise<LogUnderTest>;

const text = new TextEncoder();

export const recordOf = (value: string, key = 'k'): NewRecord => ({ key, value: text.encode(value) });
export const textOf = (record: StreamRecord): string => Buffer.from(record.value).toString();
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `value ${from + i}`);

/** Subscribes, and gathers the values that were processed. */
export async function follow(stream: Stream, group: string, rest: Partial<Subscription> = {}) {
  const values: string[] = [];
  const batches: Batch[] = [];
  const consumer = await stream.subscribe({
    group,
    process: async (batch) => {
      batches.push(batch);
      values.push(...batch.records.map(textOf));
    },
    ...rest,
  });
  return { values, batches, consumer };
}

/** The promise of {@link Stream}, as tests. Every adapter runs it. */
export function describeStreamContract(name: string, openLog: OpenLog): void {
  const withLog =
    (partitions: number, test: (open: Stream, under: LogUnderTest) => Promise<void>) => async () => {
      const under = await openLog(partitions);
      try {
        await test(await under.log.open('events'), under);
      } finally {
        await under.dispose();
      }
    };

  describe(`stream contract: ${name}`, () => {
    it(
      'gives positions in the order given, growing by one',
      withLog(1, async (stream) => {
        expect(await stream.append([])).toEqual([]);
        expect(await stream.append([recordOf('a'), recordOf('b')])).toEqual([
          { partition: 0, offset: 0 },
          { partition: 0, offset: 1 },
        ]);
        expect(await stream.append([recordOf('c')])).toEqual([{ partition: 0, offset: 2 }]);
      }),
    );

    it(
      'keeps keys, headers, bytes and the time of every record',
      withLog(1, async (stream) => {
        const value = Uint8Array.from({ length: 256 }, (_, i) => i);
        const before = Date.now();
        await stream.append([
          { key: 'schlüssel 🔑', headers: { 'content-type': 'x/y', leer: '', ü: '🙂' }, value },
        ]);
        await stream.append([{ key: '', value: new Uint8Array() }]);
        const [first, second] = await stream.read({ partition: 0, offset: 0 }, 10);
        expect(first).toMatchObject({
          key: 'schlüssel 🔑',
          headers: { 'content-type': 'x/y', leer: '', ü: '🙂' },
        });
        expect([...first!.value]).toEqual([...value]);
        expect(first!.appendedAt).toBeGreaterThanOrEqual(before - 1);
        expect(first!.appendedAt).toBeLessThanOrEqual(Date.now() + 1);
        expect(second).toMatchObject({ key: '', headers: {}, position: { partition: 0, offset: 1 } });
        expect(second!.value.byteLength).toBe(0);
      }),
    );

    it(
      'keeps the records of a key in one partition, in order, under concurrent appends',
      withLog(3, async (stream) => {
        const { batches, consumer } = await follow(stream, 'g');
        await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            stream.append(Array.from({ length: 7 }, (_, key) => recordOf(`${i}`, `key ${key}`))),
          ),
        );
        await consumer.drain();
        const seen = new Map<string, { partition: number; values: number[] }>();
        for (const { partition, records } of batches) {
          for (const record of records) {
            expect(record.position.partition).toBe(partition);
            const known = seen.get(record.key) ?? { partition, values: [] };
            expect(known.partition).toBe(partition);
            known.values.push(Number(textOf(record)));
            seen.set(record.key, known);
          }
        }
        expect(seen.size).toBe(7);
        expect(new Set([...seen.values()].map(({ partition }) => partition)).size).toBeGreaterThan(1);
        for (const { values } of seen.values())
          expect(values).toEqual(Array.from({ length: 50 }, (_, i) => i));
      }),
    );

    it(
      'bounds batches, and hands out one at a time per partition',
      withLog(1, async (stream) => {
        await stream.append(numbers(0, 25).map((value) => recordOf(value)));
        let busy = 0;
        const values: string[] = [];
        const sizes: number[] = [];
        const { consumer } = await follow(stream, 'g', {
          maxRecords: 10,
          process: async ({ records }) => {
            expect(++busy).toBe(1);
            await setTimeout(2);
            sizes.push(records.length);
            values.push(...records.map(textOf));
            busy--;
          },
        });
        await consumer.drain();
        expect(values).toEqual(numbers(0, 25));
        expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
      }),
    );

    it(
      'gives consumers in the same process what the appender decoded, or nothing, and the same bytes',
      withLog(1, async (stream) => {
        const decoded = { message: 'hello' };
        const { batches, consumer } = await follow(stream, 'g');
        await stream.append([{ key: 'k', value: text.encode(JSON.stringify(decoded)), decoded }]);
        await consumer.drain();
        const record = batches[0]!.records[0]!;
        expect(JSON.parse(textOf(record))).toEqual(decoded);
        if (record.decoded !== undefined) expect(record.decoded).toBe(decoded);
      }),
    );

    it(
      'lets groups read independently: a stuck one holds up nobody',
      withLog(1, async (stream) => {
        let release = () => {};
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        const stuck = await follow(stream, 'stuck', { process: () => held });
        const quick = await follow(stream, 'quick');
        for (let i = 0; i < 20; i++) await stream.append([recordOf(`value ${i}`)]);
        await quick.consumer.drain();
        expect(quick.values).toEqual(numbers(0, 20));
        const lags = (await stream.stats()).groups;
        expect(lags.find(({ group }) => group === 'stuck')).toMatchObject({ records: 20 });
        expect(lags.find(({ group }) => group === 'quick')).toEqual({
          group: 'quick',
          records: 0,
          seconds: 0,
        });
        release();
        await stuck.consumer.drain();
        expect((await stream.stats()).groups.every(({ records }) => records === 0)).toBe(true);
      }),
    );

    it(
      'says how old the oldest uncommitted record is',
      withLog(1, async (stream) => {
        const { consumer } = await follow(stream, 'g');
        await consumer.close();
        await stream.append([recordOf('a')]);
        await setTimeout(120);
        await stream.append([recordOf('b')]);
        const [lag] = (await stream.stats()).groups;
        expect(lag!.records).toBe(2);
        expect(lag!.seconds).toBeGreaterThan(0.1);
        expect(lag!.seconds).toBeLessThan(10);
      }),
    );

    it(
      'begins at the earliest or the latest record where a group is new',
      withLog(1, async (stream, under) => {
        await stream.append([recordOf('old')]);
        const all = await follow(stream, 'all');
        const late = await follow(stream, 'late', { from: 'latest' });
        await stream.append([recordOf('new')]);
        await all.consumer.drain();
        await late.consumer.drain();
        expect(all.values).toEqual(['old', 'new']);
        expect(late.values).toEqual(['new']);

        const waiting = await follow(stream, 'waiting', {
          from: 'latest',
          process: () => Promise.reject(new Error('down')),
        });
        await stream.append([recordOf('missed')]);
        const again = await follow(await (await under.crash()).open('events'), 'waiting', { from: 'latest' });
        await again.consumer.drain();
        expect(again.values).toEqual(['missed']);
        await waiting.consumer.close();
      }),
    );

    it(
      'resumes where it committed',
      withLog(1, async (stream) => {
        await stream.append([recordOf('a'), recordOf('b')]);
        const before = await follow(stream, 'g');
        await before.consumer.drain();
        await before.consumer.close();
        await before.consumer.close();
        await stream.append([recordOf('c')]);
        const after = await follow(stream, 'g');
        await after.consumer.drain();
        expect(after.values).toEqual(['c']);
      }),
    );

    it(
      'brings the same records again when they are rejected, and skips nothing',
      withLog(1, async (stream) => {
        const attempts: string[][] = [];
        const { consumer } = await follow(stream, 'g', {
          process: async ({ records }) => {
            attempts.push(records.map(textOf));
            if (attempts.length <= 2) throw new Error('the sink is down');
          },
        });
        await stream.append([recordOf('a'), recordOf('b')]);
        await consumer.drain();
        expect(attempts[0]).toEqual(['a', 'b']);
        expect(attempts[1]).toEqual(attempts[0]);
        expect(attempts[2]!.slice(0, 2)).toEqual(attempts[0]);
      }),
    );

    it(
      'does not commit what was rejected: it comes again after a close',
      withLog(1, async (stream) => {
        const failing = await follow(stream, 'g', { process: () => Promise.reject(new Error('down')) });
        await stream.append([recordOf('a')]);
        const drained = failing.consumer.drain();
        await Promise.all([
          expect(drained).rejects.toMatchObject({ code: 'CONSUMER_CLOSED' }),
          failing.consumer.close(),
        ]);
        const after = await follow(stream, 'g');
        await after.consumer.drain();
        expect(after.values).toEqual(['a']);
      }),
    );

    it(
      'loses nothing acknowledged in a crash, and goes on with the next offset',
      withLog(1, async (stream, under) => {
        await stream.append(numbers(0, 100).map((value) => recordOf(value)));
        const reopened = await (await under.crash()).open('events');
        expect((await reopened.read({ partition: 0, offset: 0 }, 1_000)).map(textOf)).toEqual(
          numbers(0, 100),
        );
        expect(await reopened.append([recordOf('next')])).toEqual([{ partition: 0, offset: 100 }]);
        expect((await reopened.stats()).damage).toEqual({
          tornTails: 0,
          quarantinedRecords: 0,
          quarantinedBytes: 0,
          missingRecords: 0,
        });
      }),
    );

    it(
      'delivers at least once over a crash, never past what was processed',
      withLog(1, async (stream, under) => {
        const done: string[] = [];
        await follow(stream, 'g', {
          maxRecords: 5,
          process: async ({ records }) => {
            if (done.length >= 20) throw new Error('the sink is down');
            done.push(...records.map(textOf));
          },
        });
        await stream.append(numbers(0, 50).map((value) => recordOf(value)));
        while (done.length < 20) await setTimeout(5);
        const after = await follow(await (await under.crash()).open('events'), 'g');
        await after.consumer.drain();
        const first = Number(after.values[0]!.split(' ')[1]);
        expect(first).toBeLessThanOrEqual(20);
        expect(after.values).toEqual(numbers(first, 50));
      }),
    );

    it(
      'begins where `assigned` says, and calls `revoked` when nothing is under way',
      withLog(1, async (stream) => {
        await stream.append(numbers(0, 10).map((value) => recordOf(value)));
        const events: string[] = [];
        const { values, consumer } = await follow(stream, 'g', {
          assigned: async (partition) => {
            events.push(`assigned ${partition}`);
            return 7;
          },
          revoked: async (partition) => {
            events.push(`revoked ${partition}`);
          },
        });
        await consumer.drain();
        expect(values).toEqual(numbers(7, 10));
        await consumer.close();
        expect(events).toEqual(['assigned 0', 'revoked 0']);
      }),
    );

    it(
      'commits only what a subscriber with manual commits says, and never back',
      withLog(1, async (stream) => {
        const manual = await follow(stream, 'g', { commits: 'manual' });
        await stream.append(numbers(0, 10).map((value) => recordOf(value)));
        await manual.consumer.drain();
        expect(manual.values).toEqual(numbers(0, 10));
        manual.consumer.commit({ partition: 0, offset: 4 });
        manual.consumer.commit({ partition: 0, offset: 2 });
        await manual.consumer.close();
        const after = await follow(stream, 'g');
        await after.consumer.drain();
        expect(after.values).toEqual(numbers(4, 10));
      }),
    );

    it(
      'drains what was appended before, with nothing appended at once',
      withLog(2, async (stream) => {
        const { values, consumer } = await follow(stream, 'g');
        await consumer.drain();
        await stream.append(numbers(0, 10).map((value, i) => recordOf(value, `key ${i}`)));
        await consumer.drain();
        expect(values.sort()).toEqual(numbers(0, 10).sort());
      }),
    );

    it(
      'reads from any position, for people',
      withLog(1, async (stream) => {
        await stream.append(numbers(0, 10).map((value) => recordOf(value)));
        expect((await stream.read({ partition: 0, offset: 3 }, 4)).map(textOf)).toEqual(numbers(3, 7));
        expect(await stream.read({ partition: 0, offset: 10 }, 4)).toEqual([]);
        expect(await stream.read({ partition: 9, offset: 0 }, 4)).toEqual([]);
        expect(await stream.read({ partition: 0, offset: 0 }, 0)).toEqual([]);
        expect((await stream.stats()).groups).toEqual([]);
      }),
    );

    it(
      'deletes what is old and read by every group, and no offset comes again',
      withLog(1, async (stream, under) => {
        const slow = await follow(stream, 'slow', { process: () => Promise.reject(new Error('down')) });
        const quick = await follow(stream, 'quick');
        await stream.append(numbers(0, 10).map((value) => recordOf(value)));
        await quick.consumer.drain();
        const future = Date.now() + 60_000;
        expect(await stream.deleteBefore(future)).toEqual({ records: 0, bytes: 0 });
        expect(await stream.read({ partition: 0, offset: 0 }, 100)).toHaveLength(10);

        await slow.consumer.close();
        const caughtUp = await follow(stream, 'slow');
        await caughtUp.consumer.drain();
        expect(await stream.deleteBefore(Date.now() - 60_000)).toEqual({ records: 0, bytes: 0 });
        const deleted = await stream.deleteBefore(future);
        expect(deleted.records).toBe(10);
        expect(deleted.bytes).toBeGreaterThan(100);
        expect(await stream.read({ partition: 0, offset: 0 }, 100)).toEqual([]);

        await stream.append([recordOf('next')]);
        await quick.consumer.drain();
        expect(quick.values).toEqual([...numbers(0, 10), 'next']);
        const reopened = await (await under.crash()).open('events');
        expect(await reopened.append([recordOf('here too')])).toEqual([{ partition: 0, offset: 11 }]);
        expect((await reopened.stats()).partitions).toEqual([{ partition: 0, first: 10, next: 12 }]);
        expect((await reopened.stats()).damage.missingRecords).toBe(0);
      }),
    );

    it(
      'takes nothing after it was closed, and has kept what it took',
      withLog(1, async (stream, under) => {
        const pending = stream.append([recordOf('a')]);
        await Promise.all([stream.close(), stream.close()]);
        expect(await pending).toEqual([{ partition: 0, offset: 0 }]);
        await expect(stream.append([recordOf('b')])).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
        await expect(stream.subscribe({ group: 'g', process: async () => {} })).rejects.toMatchObject({
          code: 'STREAM_CLOSED',
        });
        const reopened = await (await under.crash()).open('events');
        expect((await reopened.read({ partition: 0, offset: 0 }, 10)).map(textOf)).toEqual(['a']);
      }),
    );

    it(
      'opens a stream once, and keeps streams apart',
      withLog(1, async (stream, { log }) => {
        expect(await log.open('events')).toBe(stream);
        const other = await log.open('dead-letters');
        await other.append([recordOf('x')]);
        expect(await stream.read({ partition: 0, offset: 0 }, 10)).toEqual([]);
        await expect(log.open('../etc')).rejects.toMatchObject({ code: 'STREAM_NAME' });
        await expect(stream.subscribe({ group: 'a/b', process: async () => {} })).rejects.toMatchObject({
          code: 'STREAM_NAME',
        });
      }),
    );
  });
}
