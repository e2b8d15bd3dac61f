import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { NewRecord, Stream, StreamRecord } from '../contract.ts';
import { openTestWal } from '../wal/wal.harness.ts';
import { createFileSnapshots } from './snapshots.ts';
import { createKeyedStage, type KeyedStageConfig } from './stage.ts';

interface Reading {
  readonly source: string;
  readonly value: number;
}

/** Depends on every record and on their order, so that a lost, doubled or swapped one shows. */
interface Total {
  readonly count: number;
  readonly digest: number;
}

const reading = (i: number, key = `key ${i % 5}`): NewRecord => ({
  key,
  value: Buffer.from(JSON.stringify({ source: `source ${i % 3}`, value: i } satisfies Reading)),
});

const readingOf = ({ value }: StreamRecord): Reading => JSON.parse(Buffer.from(value).toString());

const totals = {
  group: 'totals',
  keyOf: ({ key }) => key,
  initial: (): Total => ({ count: 0, digest: 7 }),
  step: ({ count, digest }: Total, record): Total => ({
    count: count + 1,
    digest: (digest * 31 + readingOf(record).value) % 1_000_003,
  }),
} satisfies Partial<KeyedStageConfig<Total>>;

async function withStage(
  partitions: number,
  test: (under: Awaited<ReturnType<typeof openTestWal>>, snapshots: string) => Promise<void>,
): Promise<void> {
  const under = await openTestWal({ partitions, segmentBytes: 8_192 });
  const snapshots = await mkdtemp(join(tmpdir(), 'tidewatch-snapshots-'));
  try {
    await test(under, snapshots);
  } finally {
    await under.dispose();
    await rm(snapshots, { recursive: true, force: true });
  }
}

const sorted = <T>(entries: Iterable<[string, T]>): [string, T][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
const append = async (stream: Stream, from: number, to: number) => {
  for (let i = from; i < to; i += 10)
    await stream.append(Array.from({ length: 10 }, (_, k) => reading(i + k)));
};

/** What one stage that never stops makes of the stream. */
async function uninterrupted(stream: Stream): Promise<[string, Total][]> {
  const saved = new Map<string, Uint8Array>();
  const snapshots = {
    load: async (_: string, unit: string) => saved.get(unit),
    save: async (_: string, unit: string, bytes: Uint8Array) => void saved.set(unit, bytes),
  };
  const stage = await createKeyedStage({ ...totals, group: 'uninterrupted', stream, snapshots });
  await stage.drain();
  return sorted(stage.entries());
}

describe('a keyed stage', () => {
  it('has the same state after crashes as without', () =>
    withStage(2, async (under, directory) => {
      const snapshots = createFileSnapshots(directory);
      let stream = await under.log.open('events');
      for (let life = 0; life < 5; life++) {
        const stage = await createKeyedStage({ ...totals, stream, snapshots, snapshotEveryRecords: 40 });
        await append(stream, life * 200, life * 200 + 200);
        // Neither drained nor closed: the stage dies somewhere in its work.
        while (sorted(stage.entries()).reduce((sum, [, { count }]) => sum + count, 0) < life * 200 + 90)
          await setTimeout(1);
        stream = await (await under.crash()).open('events');
      }
      const stage = await createKeyedStage({ ...totals, stream, snapshots });
      await stage.drain();
      expect(sorted(stage.entries())).toEqual(await uninterrupted(stream));
      expect(stage.get('key 1')!.count).toBe(200);
      expect(stage.get('nobody')).toBeUndefined();
    }));

  it('commits with its snapshots only, so that retention keeps what a replay needs', () =>
    withStage(1, async (under, directory) => {
      const stream = await under.log.open('events');
      const stage = await createKeyedStage({ ...totals, stream, snapshots: createFileSnapshots(directory) });
      await append(stream, 0, 500);
      while ((stage.get('key 4')?.count ?? 0) < 100) await setTimeout(1);
      expect((await stream.stats()).groups[0]!.records).toBe(500);
      expect((await stream.deleteBefore(Date.now() + 60_000)).records).toBe(0);
      await stage.drain();
      expect((await stream.stats()).groups[0]!.records).toBe(0);
      expect((await stream.deleteBefore(Date.now() + 60_000)).records).toBe(500);

      const reopened = await (await under.crash()).open('events');
      const again = await createKeyedStage({
        ...totals,
        stream: reopened,
        snapshots: createFileSnapshots(directory),
      });
      expect(sorted(again.entries())).toEqual(sorted(stage.entries()));
    }));

  it('saves while its stream is quiet, and on close', () =>
    withStage(1, async (under, directory) => {
      const stream = await under.log.open('events');
      const config = { ...totals, stream, snapshots: createFileSnapshots(directory) };
      const stage = await createKeyedStage({ ...config, snapshotEveryMs: 20 });
      await append(stream, 0, 50);
      while ((await stream.stats()).groups[0]!.records > 0) await setTimeout(5);
      let replayed = 0;
      const counted = { ...config, step: (state: Total) => (replayed++ < 0 ? undefined : state) };
      const second = await createKeyedStage({
        ...counted,
        stream: await (await under.crash()).open('events'),
      });
      await second.drain();
      expect(replayed).toBe(0);
      expect(sorted(second.entries())).toEqual(sorted(stage.entries()));

      await append(stream, 50, 60);
      await stage.close();
      expect((await stream.stats()).groups[0]).toEqual({ group: 'totals', records: 0, seconds: 0 });
    }));

  it('emits again after a crash what was not saved, and nothing twice into the state when outputs fail', () =>
    withStage(1, async (under, directory) => {
      const stream = await under.log.open('events');
      const outputs: string[] = [];
      let failures = 3;
      const config: KeyedStageConfig<Total, string> = {
        ...totals,
        stream,
        snapshots: createFileSnapshots(directory),
        step: (state, record, emit) => {
          emit(`output ${record.position.offset}`);
          return totals.step(state, record);
        },
        onOutput: async (batch) => {
          if (failures-- > 0) throw new Error('the sink is down');
          outputs.push(...batch);
        },
      };
      const stage = await createKeyedStage(config);
      await append(stream, 0, 100);
      await stage.drain();
      expect(outputs).toEqual(Array.from({ length: 100 }, (_, i) => `output ${i}`));
      expect(sorted(stage.entries())).toEqual(await uninterrupted(stream));

      failures = Number.POSITIVE_INFINITY;
      await append(stream, 100, 120);
      while (stage.get('key 0')!.count === 20) await setTimeout(1);
      await stage.close();
      outputs.length = 0;
      failures = 0;
      const after = await createKeyedStage(config);
      await after.drain();
      expect(outputs).toEqual(Array.from({ length: 20 }, (_, i) => `output ${i + 100}`));
      expect(sorted(after.entries()).map(([, { count }]) => count)).toEqual([24, 24, 24, 24, 24]);
    }));

  it('gathers keys that are not the stream’s in one place', () =>
    withStage(4, async (under, directory) => {
      const snapshots = createFileSnapshots(directory);
      const perSource = (stream: Stream): KeyedStageConfig<{ events: number; newest: number }> => ({
        stream,
        group: 'sources',
        keyOf: (record) => readingOf(record).source,
        initial: () => ({ events: 0, newest: -1 }),
        step: (state, record) => {
          state.events++;
          state.newest = Math.max(state.newest, readingOf(record).value);
          return state;
        },
        snapshots,
        snapshotEveryRecords: 25,
        repartition: true,
      });
      const stream = await under.log.open('events');
      const first = await createKeyedStage(perSource(stream));
      await append(stream, 0, 300);
      while ((first.get('source 0')?.events ?? 0) < 40) await setTimeout(1);
      const reopened = await (await under.crash()).open('events');
      const stage = await createKeyedStage(perSource(reopened));
      await append(reopened, 300, 600);
      await stage.drain();
      expect(sorted(stage.entries())).toEqual([
        ['source 0', { events: 200, newest: 597 }],
        ['source 1', { events: 200, newest: 598 }],
        ['source 2', { events: 200, newest: 599 }],
      ]);
    }));

  it('reads its input again where the snapshot is damaged or of another version', () =>
    withStage(1, async (under, directory) => {
      const stream = await under.log.open('events');
      const config = { ...totals, stream, snapshots: createFileSnapshots(directory) };
      const errors: string[] = [];
      const log = { info() {}, warn() {}, error: (_: object, message: string) => errors.push(message) };
      const first = await createKeyedStage(config);
      await append(stream, 0, 100);
      await first.close();
      const expected = sorted(first.entries());

      const path = join(directory, 'totals.0.snapshot');
      const bytes = await readFile(path);
      bytes[bytes.length - 3]! ^= 1;
      await writeFile(path, bytes);
      const second = await createKeyedStage({ ...config, log });
      await second.drain();
      expect(sorted(second.entries())).toEqual(expected);
      await second.close();

      const third = await createKeyedStage({ ...config, version: 2, log });
      await third.drain();
      expect(sorted(third.entries())).toEqual(expected);
      await third.close();
      expect(errors).toEqual([expect.stringContaining('checksum'), expect.stringContaining('version 2')]);
    }));

  it('saves a state in parts, and restores it from them', () =>
    withStage(1, async (under, directory) => {
      const stream = await under.log.open('events');
      const config: KeyedStageConfig<number[]> = {
        stream,
        group: 'lists',
        keyOf: ({ key }) => key,
        initial: () => [],
        step: (state, record) => [...state, readingOf(record).value],
        snapshots: createFileSnapshots(directory),
        parts: (state) => state,
        restore: (json) => json as number[],
      };
      const first = await createKeyedStage(config);
      await append(stream, 0, 20);
      await first.drain();
      const reopened = await (await under.crash()).open('events');
      const second = await createKeyedStage({ ...config, stream: reopened });
      expect(sorted(second.entries())).toEqual(sorted(first.entries()));
      expect(second.get('key 3')).toEqual([3, 8, 13, 18]);
    }));

  it('restores states that are more than JSON, and forgets keys', () =>
    withStage(1, async (under, directory) => {
      const stream = await under.log.open('events');
      const config: KeyedStageConfig<Set<number>> = {
        stream,
        group: 'sets',
        keyOf: ({ key }) => (key === 'key 4' ? undefined : key),
        initial: () => new Set(),
        step: (state, record) => {
          const { value } = readingOf(record);
          return value === 13 ? undefined : state.add(value);
        },
        snapshots: {
          load: createFileSnapshots(directory).load,
          save: createFileSnapshots(directory).save,
        },
        restore: (json) => new Set(json as number[]),
      };
      const first = await createKeyedStage({ ...config, step: (...args) => config.step(...args) });
      await append(stream, 0, 20);
      await first.drain();
      expect(first.get('key 3')).toEqual(new Set([18]));
      expect(first.get('key 4')).toBeUndefined();
      expect([...first.get('key 1')!]).toEqual([1, 6, 11, 16]);
    }));
});
