import { describe, expect, it } from 'vitest';
import { describeConsumers } from './consumers.suite.ts';
import { follow, numbers, type OpenLog, onStream, recordOf, textOf } from './streams.suite.ts';

/** The promise of {@link Stream}, as tests. Every adapter runs it. */
export function describeStreamContract(name: string, openLog: OpenLog): void {
  const withLog = onStream(openLog);

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
        expect(await stream.dueBefore(future)).toEqual([]);
        expect(await stream.deleteBefore(future)).toEqual({ records: 0, bytes: 0 });
        expect(await stream.read({ partition: 0, offset: 0 }, 100)).toHaveLength(10);

        await slow.consumer.close();
        const caughtUp = await follow(stream, 'slow');
        await caughtUp.consumer.drain();
        expect(await stream.deleteBefore(Date.now() - 60_000)).toEqual({ records: 0, bytes: 0 });
        expect(await stream.dueBefore(Date.now() - 60_000)).toEqual([]);
        expect(await stream.dueBefore(future)).toEqual([{ partition: 0, records: 10 }]);
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

    describeConsumers(withLog);
  });
}
