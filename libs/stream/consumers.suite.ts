import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { follow, numbers, type onStream, recordOf, text, textOf } from './streams.suite.ts';

/** What {@link Stream.subscribe} promises. */
export function describeConsumers(withLog: ReturnType<typeof onStream>): void {
  describe('consumers', () => {
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
  });
}
