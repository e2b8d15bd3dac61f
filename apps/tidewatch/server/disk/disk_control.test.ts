import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '@tidewatch/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diskConfig } from '../../config/disk.ts';
import type { Runtime } from '../runtime.ts';
import { startDiskControl } from './disk_control.ts';
import { volumeOf } from './folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-disk-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** How often the log was asked to make room by one look. */
async function reliefs(reserve: number): Promise<number> {
  let asked = 0;
  const closing: (() => unknown)[] = [];
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const stats = async () => ({ bytes: 0, groups: [], partitions: [] });
  const runtime = {
    config: {
      data: folder,
      disk: diskConfig.parse({ reserve: `${Math.ceil(reserve / 1024)} KiB` }),
      store: {},
      stream: { budget: 1024 ** 3 },
    },
    adapters: {
      events: { stats, relieve: () => asked++ },
      outputs: [],
      redirects: new Map(),
      audit: async () => {},
    },
    metrics: createMetrics({ process: false }),
    health: { set: () => {} },
    onClose: (close: () => unknown) => closing.unshift(close),
    ...{ classes: new Map(), log },
  } as unknown as Runtime;
  await startDiskControl(runtime);
  for (const close of closing) await close();
  return asked;
}

it('lets the log free what is read where the volume is short, and only there', async () => {
  const { free } = await volumeOf(folder);
  expect(await reliefs(free / 100)).toBe(0);
  expect(await reliefs(free / 2)).toBe(1);
  expect(await reliefs(free * 2)).toBe(1);
});
