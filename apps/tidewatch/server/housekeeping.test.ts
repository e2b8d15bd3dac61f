import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ControlStore, openControlStore } from '@tidewatch/control';
import { createRetentionRegistry, deleteNoted, type Keeper, parseDataClasses } from '@tidewatch/store';
import { indexed } from '@tidewatch/store/contract.suite';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { createWal } from '@tidewatch/stream/wal';
import { createHealthBoard, createLogger, createMetrics, type HealthBoard } from '@tidewatch/telemetry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { startHousekeeping } from './housekeeping.ts';
import type { Runtime } from './runtime.ts';

const hour = 3_600_000;
let directory: string;
let control: ControlStore;
let health: HealthBoard;
let close: () => Promise<void>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-housekeeping-'));
  control = openControlStore({ file: join(directory, 'control.db') });
  health = createHealthBoard();
});
afterEach(async () => {
  await close();
  await control.close();
  vi.useRealTimers();
  await rm(directory, { recursive: true });
});

/** A process with the index role alone, as it is beside a cluster. */
async function start(
  keepers: readonly Keeper[],
  store: object,
  audit: ControlStore['audit']['append'] = control.audit.append,
): Promise<void> {
  const wal = createWal({ directory: join(directory, 'streams') });
  const [events, deadLetters, letterOutcomes] = await Promise.all(
    ['events', 'dead-letters', 'dead-letters.outcomes'].map((name) => wal.open(name)),
  );
  const retention = createRetentionRegistry(
    parseDataClasses('classes: { web: { description: d, ttl: 7d, readers: [analyst] } }\napprovals: []\n'),
  );
  for (const one of keepers) retention.enrol(one);
  const stop = startHousekeeping({
    adapters: { events, deadLetters, letterOutcomes, retention, audit, store },
    ...{ health, metrics: createMetrics(), classes: { all: [] }, log: createLogger({ level: 'silent' }) },
    ...{ parts: {}, live: { publish: () => {} } },
  } as unknown as Runtime);
  close = async () => {
    stop();
    await wal.close();
  };
}

it('has audited each deletion before the next, whatever fails after it', async () => {
  const audited = async () => (await control.audit.read({ limit: 10 })).items;
  let before: unknown[] = [];
  await start(
    [
      {
        ...{ keeper: 'event store', keeps: 'events', dataClass: 'all', ttlMs: 'by class' },
        async expire(_, tell) {
          const due = { keeper: 'event store', dataClass: 'web', what: 'partition 2026-01-01', records: 3 };
          await tell({ ...due, begins: true });
          await tell(due);
          before = [...(await audited())];
          throw new Error('the disk is gone');
        },
      },
    ],
    {},
  );
  await vi.waitFor(() => expect(health.list()).toMatchObject([{ name: 'retention', state: 'degraded' }]));
  expect(before).toMatchObject([
    { who: 'retention', action: 'retention.delete', target: 'event store', detail: { records: 3 } },
    { who: 'retention', action: 'retention.deleting', target: 'event store', detail: { records: 3 } },
  ]);
  expect(await audited()).toHaveLength(2);
});

it('deletes nothing whose beginning the audit log does not take, and tries again', async () => {
  let [isFull, deleted] = [true, 0];
  const due = { keeper: 'event store', dataClass: 'web', what: 'partition 2026-01-01', records: 3 };
  const expire: Keeper['expire'] = (_, tell) =>
    deleteNoted(tell, due, async (gone) => {
      deleted++;
      gone(3);
    });
  await start(
    [{ ...{ keeper: 'event store', keeps: 'events', dataClass: 'all', ttlMs: 'by class' }, expire }],
    {},
    (entry) => (isFull ? Promise.reject(new Error('disk full')) : control.audit.append(entry)),
  );
  await vi.waitFor(() =>
    expect(health.list()).toMatchObject([
      { name: 'retention', state: 'degraded', detail: expect.stringContaining('disk full') },
    ]),
  );
  expect(deleted).toBe(0);
  isFull = false;
  await vi.advanceTimersByTimeAsync(hour);
  await vi.waitFor(() => expect(health.list()).toMatchObject([{ name: 'retention', state: 'ready' }]));
  expect(deleted).toBe(1);
});

it('has audited what it deletes of each place when it is killed right after', async () => {
  await start([], {});
  const classes = ['web', 'audit', 'dead_letters'].map(
    (name) => `${name}: { description: d, ttl: 7d, readers: [analyst] }`,
  );
  const text = `classes: { ${classes.join(', ')} }\napprovals: []\n`;
  const openStore = () =>
    openDuckDbStore({ directory: join(directory, 'store'), classes: parseDataClasses(text) });
  const count = async (store: DuckDbStore) =>
    (await store.events.stats()).partitions.map(({ dataClass, partition, events }) => [
      dataClass,
      partition,
      events,
    ]);
  const store = await openStore();
  const ingested = Date.UTC(2026, 0, 1, 12);
  await store.events.write([0, 1, 2].map((i) => indexed({}, { ingested: ingested + i, dataClass: 'web' })));
  expect(await count(store)).toEqual([['web', '2026-01-01', 3]]);
  await store.close();
  await close();
  await control.close();
  const program = fileURLToPath(bundled(new URL('./housekeeping.child.ts', import.meta.url)));
  const parameters = [program, directory, text, String(ingested)];
  const child = spawn(process.execPath, parameters, { stdio: 'inherit', timeout: 25_000 });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  control = openControlStore({ file: join(directory, 'control.db') });
  const reopened = await openStore();
  expect(await count(reopened)).toEqual([]);
  await reopened.close();
  const wal = createWal({ directory: join(directory, 'streams') });
  expect((await (await wal.open('events')).stats()).partitions).toEqual([
    { partition: 0, first: 1, next: 1 },
  ]);
  await wal.close();
  expect(await readdir(join(directory, 'snapshots'))).toEqual([]);
  const { items } = await control.audit.read({ limit: 10 });
  const reason = 'past the time to live of 7d';
  const deleting = (target: string, detail: object) => ({
    ...{ who: 'retention', action: 'retention.deleting', target, detail: { ...detail, reason } },
  });
  expect([...items].sort((a, b) => a.target.localeCompare(b.target))).toMatchObject([
    deleting('control.db', { dataClass: 'audit', what: 'audit entries', records: 1 }),
    deleting('event store', { dataClass: 'web', what: 'partition 2026-01-01', records: 3 }),
    deleting('snapshots', { dataClass: 'all', what: 'snapshots', records: 1 }),
    deleting('streams/events', { dataClass: 'all', what: 'records of the partition 0', records: 1 }),
  ]);
}, 30_000);

it('sets up the cluster and exports to its archive again and again, in a process that only indexes', async () => {
  let [setUps, exports] = [0, 0];
  await start([], {
    async setUp() {
      setUps++;
      if (setUps === 1) throw new Error('not now');
    },
    seal: async () => exports++,
  });
  await vi.advanceTimersByTimeAsync(hour);
  expect([setUps, exports]).toEqual([2, 61]);
});
