import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stream } from '../contract.ts';
import { follow, recordOf, textOf } from '../streams.suite.ts';
import { headerBytes } from './header.ts';
import { inspectLog } from './inspect.ts';
import { withoutSync } from './model/faults.ts';
import { openTestWal } from './wal.harness.ts';

const start = 1_700_000_000_000;
let now = start;
let under: Awaited<ReturnType<typeof openTestWal>>;
let stream: Stream;

beforeEach(async () => {
  now = start;
  under = await openTestWal({ segmentBytes: 4_096, partitions: 2, clock: () => now });
  stream = await under.log.open('events');
});
afterEach(() => under.dispose());

const fill = (count: number): Promise<void> =>
  withoutSync(async () => {
    for (let i = 0; i < count; i++) {
      now += 1_000;
      await stream.append([recordOf(`value ${i}`.padEnd(500), `key ${i % 7}`)]);
    }
  });

const segments = async (id: number): Promise<string[]> =>
  (await readdir(join(under.directory, 'events', String(id)))).filter((name) => name.endsWith('.log')).sort();
const pathOf = (id: number, name = ''): string => join(under.directory, 'events', String(id), name);

async function contents(directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(path, (await readFile(path)).toString('base64'));
    }
  return files;
}

describe('inspectLog', () => {
  it('shows segments, groups and lag of a log that is open, and changes nothing', async () => {
    const { consumer } = await follow(stream, 'g', { commits: 'manual' });
    await fill(60);
    const { partitions, bytes, groups } = await stream.stats();
    const before = await contents(under.directory);
    const report = await inspectLog(under.directory, { verify: true, records: 3, clock: () => now });
    expect(await contents(under.directory)).toEqual(before);
    await consumer.close();
    expect(report).toMatchObject({ pid: process.pid, sound: true, verified: true });
    const [found] = report.streams;
    expect(found).toMatchObject({
      stream: 'events',
      bytes,
      damage: [],
      groups: [{ group: 'g', records: 60 }],
    });
    expect(found!.groups[0]!.seconds).toBeCloseTo(groups[0]!.seconds, 0);
    expect(found!.partitions.map(({ partition, first, next }) => ({ partition, first, next }))).toEqual(
      partitions,
    );
    for (const { partition, segments: rows } of found!.partitions) {
      expect(rows.map(({ file }) => file)).toEqual(await segments(partition));
      for (const [i, row] of rows.entries()) {
        expect(row.version).toBe(1);
        expect(row.firstTime).toBeGreaterThan(start);
        expect(row.lastTime).toBeGreaterThanOrEqual(row.firstTime!);
        if (i > 0) expect(row.first).toBe(rows[i - 1]!.next);
      }
    }
    expect(found!.records.map((record) => textOf(record).trim())).toEqual([
      'value 57',
      'value 58',
      'value 59',
    ]);
  });

  it('finds a log sound while its segments come and go', async () => {
    const busy = await openTestWal({ segmentBytes: 8_192, retentionCheckMs: 5 });
    await withoutSync(async () => {
      const events = await busy.log.open('events', { retention: { bytes: 65_536 } });
      const { consumer } = await follow(events, 'g');
      let done = false;
      const appending = (async () => {
        while (!done) {
          await events.append([recordOf('x'.repeat(1_000))]);
          await setTimeout(5);
        }
      })();
      for (let i = 0; i < 10; i++) {
        const { streams } = await inspectLog(busy.directory, { verify: true, records: 2 });
        expect(streams[0]!.damage).toEqual([]);
      }
      done = true;
      await appending;
      await consumer.close();
    });
    await busy.dispose();
  });

  it('takes a data folder, its folder of streams, or one stream', async () => {
    await fill(3);
    await (await under.log.open('dead-letters')).append([recordOf('x')]);
    await under.log.close();
    const names = async (path: string) => (await inspectLog(path)).streams.map((found) => found.stream);
    expect(await names(under.directory)).toEqual(['dead-letters', 'events']);
    expect(await names(join(under.directory, 'events'))).toEqual(['events']);
    await rm(join(under.directory, '..', 'data'), { recursive: true, force: true });
    for (const wrong of [join(under.directory, 'none'), pathOf(0), join(pathOf(0), 'marks')])
      await expect(inspectLog(wrong)).rejects.toMatchObject({ code: 'LOG_NOT_FOUND' });
    expect((await inspectLog(under.directory)).pid).toBeNull();
  });

  it('finds a flipped bit in an old segment when it verifies, with the bytes done on the way', async () => {
    await fill(60);
    await under.log.close();
    const [first = ''] = await segments(0);
    const bytes = await readFile(pathOf(0, first));
    bytes[headerBytes + 100]! ^= 1;
    await writeFile(pathOf(0, first), bytes);
    expect((await inspectLog(under.directory)).sound).toBe(true);
    const seen: [number, number][] = [];
    const report = await inspectLog(under.directory, {
      verify: true,
      progress: (done, total) => seen.push([done, total]),
    });
    expect(report.streams[0]!.damage).toEqual([
      {
        kind: 'damaged_records',
        file: `0/${first}`,
        position: headerBytes,
        bytes: expect.any(Number),
        records: 1,
      },
    ]);
    expect(seen.at(-1)![0]).toBe(seen.at(-1)![1]);
  });

  it.each([
    ['a missing oldest segment', 0, 'missing_records'],
    ['a missing segment in the middle', 2, 'missing_records'],
    ['a missing newest segment', -1, 'missing_records'],
  ] as const)('finds %s', async (_name, index, kind) => {
    await fill(60);
    await under.log.close();
    const name = (await segments(0)).at(index)!;
    const rows = (await inspectLog(under.directory)).streams[0]!.partitions[0]!.segments;
    const gone = rows.find(({ file }) => file === name)!;
    await rm(pathOf(0, name));
    const { sound, streams } = await inspectLog(under.directory);
    expect(sound).toBe(false);
    expect(streams[0]!.damage).toMatchObject([{ kind, records: gone.next - gone.first }]);
  });

  it('finds a torn tail, a head, marks and positions that are damaged', async () => {
    await (await follow(stream, 'g')).consumer.close();
    await fill(60);
    const directory = await under.crashCopy();
    const at = (...names: string[]) => join(directory, 'events', ...names);
    const names = await segments(0);
    const newest = at('0', names.at(-1)!);
    await truncate(newest, (await readFile(newest)).length - 10);
    await writeFile(at('0', names[1]!), 'x'.repeat(1_000));
    await writeFile(at('1', 'marks'), 'x');
    await writeFile(at('groups', 'g.json'), '{}');
    const { pid, streams } = await inspectLog(directory);
    expect(pid).toBeNull();
    expect(streams[0]!.damage.map(({ kind }) => kind).sort()).toEqual([
      'damaged_head',
      'damaged_marks',
      'damaged_positions',
      'missing_records',
      'torn_tail',
    ]);
    expect(streams[0]!.groups).toMatchObject([{ group: 'g', positions: null }]);
  });

  it('says what was set aside earlier', async () => {
    await fill(10);
    const directory = await under.crashCopy();
    const [name = ''] = await segments(0);
    await writeFile(join(directory, 'events', '0', name), 'x'.repeat(1_000));
    const { log } = under;
    await (await (await under.crash()).open('events')).close();
    await log.close();
    const report = await inspectLog(join(under.directory, '..', 'crash-2'));
    expect(report.streams[0]!.damage).toMatchObject([{ kind: 'set_aside', bytes: 1_000 }]);
  });
});
