import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openTestWal } from '../wal/wal.harness.ts';
import { createFileSnapshots } from './snapshots.ts';
import { createKeyedStage } from './stage.ts';
import { appendReadings, expectedCounts, windowCounts } from './windows.fixture.ts';

it('emits each window of event time once in effect, though killed in the middle of windows', async () => {
  const under = await openTestWal({ partitions: 1 });
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-windows-'));
  const effects = new Map<string, number>();
  const wrong: string[] = [];
  const onOutput = async (counts: readonly { id: string; count: number }[]) => {
    for (const { id, count } of counts) {
      if ((effects.get(id) ?? count) !== count) wrong.push(id);
      effects.set(id, count);
    }
  };
  try {
    let stream = await under.log.open('events');
    for (let life = 0; life < 6; life++) {
      const stage = await createKeyedStage(windowCounts(stream, createFileSnapshots(directory), onOutput));
      await appendReadings(stream, life * 1_000, life * 1_000 + 1_000, 1);
      while (effects.size < life * 20) await setTimeout(1);
      expect(stage.get('source 0')).toBeDefined();
      stream = await (await under.crash()).open('events');
    }
    const stage = await createKeyedStage(windowCounts(stream, createFileSnapshots(directory), onOutput));
    await stage.drain();
    expect(wrong).toEqual([]);
    expect(effects).toEqual(expectedCounts(6_000));
  } finally {
    await under.dispose();
    await rm(directory, { recursive: true, force: true });
  }
});
