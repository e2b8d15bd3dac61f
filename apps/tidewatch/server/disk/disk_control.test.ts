import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRetentionRegistry,
  type Deletion,
  type IndexedEvent,
  parseDataClasses,
} from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createMetrics } from '@tidewatch/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diskConfig } from '../../config/disk.ts';
import type { Runtime } from '../runtime.ts';
import { startDiskControl } from './disk_control.ts';
import { bytesIn, volumeOf } from './folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-disk-'));
});
afterAll(() => rm(folder, { recursive: true }));

const stats = async () => ({ bytes: 0, groups: [], partitions: [] });

/** What disk control needs of a process whose data is in `folder`. */
function processWith(disk: object, adapters: object = {}) {
  const closing: (() => unknown)[] = [];
  const told: object[] = [];
  const log = { info: (facts: object) => told.push(facts), warn: () => {}, error: () => {} };
  const runtime = {
    config: { data: folder, disk: diskConfig.parse(disk), store: {}, stream: { budget: 1024 ** 3 } },
    adapters: { events: { stats }, outputs: [], redirects: new Map(), audit: async () => {}, ...adapters },
    metrics: createMetrics({ process: false }),
    health: { set: () => {} },
    onClose: (close: () => unknown) => closing.unshift(close),
    ...{ classes: new Map(), log },
  } as unknown as Runtime;
  const close = async () => {
    for (const one of closing) await one();
  };
  return { runtime, told, close };
}

/** How often the log was asked to make room by one look. */
async function reliefs(reserve: number): Promise<number> {
  let asked = 0;
  const events = { stats, relieve: () => asked++ };
  const { runtime, close } = processWith({ reserve: `${Math.ceil(reserve / 1024)} KiB` }, { events });
  await startDiskControl(runtime);
  await close();
  return asked;
}

it('lets the log free what is read where the volume is short, and only there', async () => {
  const { free } = await volumeOf(folder);
  expect(await reliefs(free / 100)).toBe(0);
  expect(await reliefs(free / 2)).toBe(1);
  expect(await reliefs(free * 2)).toBe(1);
});

it('lets senders in again once retention has made room', async () => {
  const classes = parseDataClasses(
    'classes: { web: { description: web, ttl: 7d, readers: [analyst] } }\napprovals: []\n',
  );
  const store = await openDuckDbStore({ directory: join(folder, 'store'), classes });
  const day = 86_400_000;
  const today = Date.UTC(2026, 0, 20, 12);
  const old = today - 9 * day;
  await store.events.write([...eventsAt(old, 2_000), ...eventsAt(today, 10)]);
  const held = await bytesIn(join(folder, 'store/events'));
  const budget = `${Math.floor(held / 2048)} KiB`;
  const { runtime, told, close } = processWith({ reserve: '1 KiB', budgets: { events: budget } }, { store });
  const disk = await startDiskControl(runtime);
  const send = disk.slowed(async () => []);
  await expect(send('web', [])).rejects.toMatchObject({ status: 429, details: { stores: 'events' } });

  const registry = createRetentionRegistry(classes);
  registry.enrol({
    ...{ keeper: 'event store', keeps: 'events', dataClass: 'all', ttlMs: 'by class' },
    expire: store.events.expire,
  });
  const deleted: Deletion[] = [];
  const tell = async (deletion: Deletion) => void deleted.push(deletion);
  expect(await registry.run(today - 2 * day, tell)).toEqual([]);
  expect(deleted).toEqual([]);
  await disk.look();
  await expect(send('web', [])).rejects.toMatchObject({ status: 429 });

  expect(await registry.run(today, tell)).toEqual([]);
  expect(deleted).toMatchObject([
    { dataClass: 'web', records: 2_000, begins: true },
    { dataClass: 'web', records: 2_000 },
  ]);
  await disk.look();
  expect(disk.report().intake).toEqual({ state: 'open' });
  expect(await send('web', [])).toEqual([]);
  expect(told).toContainEqual(expect.objectContaining({ store: 'events', standing: 'below' }));
  await close();
  await store.close();
});

/** Events of 2 KB that compress badly, taken in at one time. */
function eventsAt(time: number, count: number): IndexedEvent[] {
  const stamp = new Date(time).toISOString();
  return Array.from({ length: count }, (_, offset) => {
    const id = `${time}-${offset}`;
    const message = Buffer.from(crypto.getRandomValues(new Uint8Array(1_000))).toString('hex');
    const event = { id, dataset: 'web', ingested: stamp };
    const document = { '@timestamp': stamp, event, message, tidewatch: { source: 's', data_class: 'web' } };
    return {
      position: { partition: 0, offset: time / 1_000 + offset },
      head: { id, time, ingested: time, dataset: 'web', dataClass: 'web' },
      senderChosenId: false,
      bytes: Buffer.from(JSON.stringify(document)),
    };
  });
}
