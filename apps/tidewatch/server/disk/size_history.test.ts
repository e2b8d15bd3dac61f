import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSizeHistory } from './size_history.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-sizes-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the history of sizes', () => {
  it('keeps the last of each hour, and a gap where nobody measured', async () => {
    const history = await openSizeHistory(join(folder, 'gap.json'));
    for (const [hours, bytes] of [
      [0, 10],
      [0.5, 12],
      [1, 15],
      [4, 30],
    ] as const)
      history.note('events', bytes, start + hours * hour);
    expect([...history.hours('events')]).toEqual([12, 15, Number.NaN, Number.NaN, 30]);
    expect(history.minutes('events')).toHaveLength(60);
  });

  it('counts what was deleted as come, and survives a restart', async () => {
    const file = join(folder, 'disk/kept.json');
    const history = await openSizeHistory(file);
    history.note(
      'events',
      300,
      start,
      new Map([
        ['web/2026-01-01', 200],
        ['auth/2026-01-01', 100],
      ]),
    );
    history.note('events', 100, start + 2 * hour, new Map([['auth/2026-01-01', 100]]));
    await history.save();
    const again = await openSizeHistory(file);
    again.note('events', 50, start + 3 * hour, new Map([['auth/2026-01-02', 50]]));
    expect([...again.hours('events')]).toEqual([300, Number.NaN, 300, 350]);
  });

  it('is bounded, also where the clock jumps, and begins anew where it was set back', async () => {
    const history = await openSizeHistory(join(folder, 'clock.json'));
    for (let i = 0; i < 2_000; i++) history.note('events', i, start + i * hour);
    expect(history.hours('events')).toHaveLength(1_440);
    expect(history.hours('events').at(-1)).toBe(1_999);
    history.note('events', 1, start + 1e6 * hour);
    expect(history.hours('events')).toHaveLength(1_440);
    history.note('events', 2, start);
    history.note('events', 3, start + hour);
    expect([...history.hours('events')]).toEqual([2, 3]);
  });

  it.each(['', '{"version":1,"stores":{"events":', '{"version":9}', '{"version":1,"stores":{"events":{}}}'])(
    'begins anew with the file %s',
    async (text) => {
      const file = join(folder, 'damaged.json');
      await writeFile(file, text);
      const history = await openSizeHistory(file);
      expect(history.hours('events')).toHaveLength(0);
      history.note('events', 7, start);
      await history.save();
      expect([...(await openSizeHistory(file)).hours('events')]).toEqual([7]);
    },
  );
});
