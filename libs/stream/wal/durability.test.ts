import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { follow, recordOf, textOf } from '../streams.suite.ts';
import { openTestWal } from './wal.harness.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Puts the test between the log and the disk: every fdatasync waits for, or fails by, `sync`. */
async function interceptSync(sync: () => Promise<void>) {
  const handle = await open('/dev/null', 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  return vi.spyOn(prototype, 'datasync').mockImplementation(sync);
}

function createGate() {
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { opened, release: () => release() };
}

it('acknowledges nothing, and shows nothing, before it is synced; one sync serves all who came meanwhile', async () => {
  const under = await openTestWal();
  try {
    const stream = await under.log.open('events');
    const { values, consumer } = await follow(stream, 'g');
    const gate = createGate();
    const syncs = await interceptSync(() => gate.opened);
    const acknowledged: number[] = [];
    const append = (i: number) => stream.append([recordOf(`${i}`)]).then(() => acknowledged.push(i));
    const first = append(0);
    await setTimeout(50);
    const others = Array.from({ length: 20 }, (_, i) => append(i + 1));
    await setTimeout(50);
    expect(syncs).toHaveBeenCalledTimes(1);
    expect(acknowledged).toEqual([]);
    expect(values).toEqual([]);
    expect(await stream.read({ partition: 0, offset: 0 }, 10)).toEqual([]);
    gate.release();
    await Promise.all([first, ...others]);
    expect(syncs).toHaveBeenCalledTimes(2);
    await consumer.drain();
    expect(values).toHaveLength(21);
  } finally {
    await under.dispose();
  }
});

it('refuses what could not be synced, never shows it, and goes on with other offsets', async () => {
  const under = await openTestWal({ diskBudgetBytes: 100_000 });
  try {
    const stream = await under.log.open('events');
    await stream.append([recordOf('before')]);
    const { bytes } = await stream.stats();
    const fault = await interceptSync(() =>
      Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' })),
    );
    for (let i = 0; i < 300; i++)
      await expect(stream.append([recordOf('lost'.padEnd(500))])).rejects.toMatchObject({
        code: 'STREAM_DISK',
        status: 429,
        details: { reason: 'EIO', retryAfter: 5 },
      });
    fault.mockRestore();
    expect((await stream.stats()).bytes).toBe(bytes);
    const [position] = await stream.append([recordOf('after')]);
    expect(position!.offset).toBeGreaterThan(300);
    for (const log of [under.log, await under.crash()]) {
      const reopened = await log.open('events');
      expect((await reopened.read({ partition: 0, offset: 0 }, 10)).map(textOf)).toEqual(['before', 'after']);
      expect((await reopened.stats()).damage).toMatchObject({ tornTails: 0, quarantinedRecords: 0 });
    }
  } finally {
    await under.dispose();
  }
});

it('has no gap between disk and memory when the last consumer leaves while an append is written', async () => {
  const under = await openTestWal();
  try {
    const stream = await under.log.open('events');
    const leaving = await follow(stream, 'leaving');
    const gate = createGate();
    const fault = await interceptSync(() => gate.opened);
    const written = stream.append([recordOf('a')]);
    await setTimeout(20);
    await leaving.consumer.close();
    gate.release();
    await written;
    fault.mockRestore();
    await stream.append([recordOf('b')]);

    const busy = createGate();
    const values: string[] = [];
    // Keeps the first record in memory.
    const stuck = createGate();
    await follow(stream, 'behind', { process: () => stuck.opened });
    const { consumer } = await follow(stream, 'next', {
      maxRecords: 1,
      process: async ({ records }) => {
        values.push(...records.map(textOf));
        await busy.opened;
      },
    });
    while (values.length === 0) await setTimeout(1);
    await stream.append([recordOf('c')]);
    busy.release();
    await consumer.drain();
    stuck.release();
    expect(values).toEqual(['a', 'b', 'c']);
  } finally {
    await under.dispose();
  }
});
