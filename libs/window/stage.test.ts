import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  createFileSnapshots,
  createKeyedStage,
  type KeyedStageConfig,
  type NewRecord,
  type Stream,
} from '@tidewatch/stream';
import { openTestWal } from '@tidewatch/stream/wal/testing';
import { expect, it } from 'vitest';
import { eventTime } from './event_time.ts';
import { createWatermark, type Watermark, type WatermarkState } from './watermark.ts';

interface Body {
  readonly time: number;
  readonly idle?: true;
}

interface SourceStatistics {
  events: number;
  flagged: number;
  newest: number;
  readonly watermark: Watermark;
}

const lateness = { allowedLatenessMs: 50, idleAfterMs: 1_000 };
const record = (source: string, body: Body): NewRecord => ({
  key: source,
  value: Buffer.from(JSON.stringify(body)),
});

const bodyOf = ({ value }: NewRecord): Body => JSON.parse(Buffer.from(value).toString()) as Body;

/** The first use that a keyed stage gets: what each source has sent, and how far its time has come. */
const statistics = (stream: Stream, snapshots: string): KeyedStageConfig<SourceStatistics> => ({
  stream,
  group: 'sources',
  snapshots: createFileSnapshots(snapshots),
  snapshotEveryRecords: 30,
  keyOf: ({ key }) => key,
  initial: () => ({ events: 0, flagged: 0, newest: 0, watermark: createWatermark(lateness) }),
  restore: (json) => {
    const state = json as Omit<SourceStatistics, 'watermark'> & { watermark: WatermarkState };
    return { ...state, watermark: createWatermark(lateness, state.watermark) };
  },
  step: (state, record, _emit, source) => {
    const { position, appendedAt: ingested } = record;
    const { partition } = position;
    const body = bodyOf(record);
    if (body.idle) {
      state.watermark.idle({ source, partition }, body.time);
      return state;
    }
    const { time, flagged } = eventTime({ timestamp: body.time, ingested });
    state.events++;
    state.flagged += flagged ? 1 : 0;
    state.newest = Math.max(state.newest, time);
    state.watermark.observe({ source, partition, time, ingested });
    return state;
  },
});

it('keeps the statistics of sources in a keyed stage, the same after a crash', async () => {
  const under = await openTestWal({ partitions: 2 });
  const snapshots = await mkdtemp(join(tmpdir(), 'tidewatch-statistics-'));
  try {
    const stream = await under.log.open('events');
    const first = await createKeyedStage(statistics(stream, snapshots));
    const send = async (to: Stream, from: number) => {
      for (let i = from; i < from + 100; i++)
        await to.append([record('a', { time: 1_000 + i }), record('b', { time: i % 10 === 9 ? i - 60 : i })]);
      await to.append([record('a', { time: Date.UTC(2099, 0, 1) })]);
    };
    await send(stream, 0);
    while ((first.get('b')?.events ?? 0) < 45) await setTimeout(1);

    const reopened = await (await under.crash()).open('events');
    const stage = await createKeyedStage(statistics(reopened, snapshots));
    await send(reopened, 100);
    await reopened.append([record('b', { time: Date.now() + 60_000, idle: true })]);
    await stage.drain();
    expect(stage.get('a')).toMatchObject({ events: 202, flagged: 2 });
    expect(stage.get('a')!.newest).toBeLessThanOrEqual(Date.now() + 300_000);
    const b = stage.get('b');
    expect(b).toMatchObject({ events: 200, flagged: 0, newest: 198 });
    expect(b!.watermark.late().get('b')).toBe(20);
    expect(b!.watermark.current()).toBeGreaterThan(Date.now());
  } finally {
    await under.dispose();
    await rm(snapshots, { recursive: true, force: true });
  }
});
