import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DuckDbStore, openDuckDbStore } from '../duckdb/index.ts';
import { always, day, everyone, indexed, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import type { Archive } from './archive.ts';
import { createClusterArchive } from './cluster.ts';
import { openFolderBucket } from './folder.ts';

let directory: string;
/** Any event store can be exported; that of a real cluster is, in the long tests. */
let cluster: DuckDbStore;
let archive: Archive;
let warnings: object[];
const log = { info: () => {}, warn: (about: object) => void warnings.push(about) };
const open = (classes = suiteClasses) =>
  createClusterArchive({
    bucket: openFolderBucket(join(directory, 'bucket')),
    events: cluster.events,
    classes,
    openStage: (folder) => openDuckDbStore({ directory: folder, classes }),
    directory: join(directory, 'work'),
    log,
  });

beforeEach(async () => {
  warnings = [];
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-export-'));
  cluster = await openDuckDbStore({ directory: join(directory, 'cluster'), classes: suiteClasses });
  archive = open();
});
afterEach(async () => {
  await archive.close();
  await cluster.close();
  await rm(directory, { recursive: true });
});

it('exports closed partitions once, writes them back, and deletes them in time', async () => {
  await cluster.events.write([
    ...Array.from({ length: 1_200 }, (_, i) =>
      indexed({ event: { id: `e${i}` }, own: i }, { time: suiteNow - i, senderChosenId: true }),
    ),
    indexed({}, { ingested: suiteNow + day }),
    indexed({}, { dataClass: 'middle' }),
  ]);
  const end = Date.UTC(2024, 4, 16);
  expect(await archive.store(end)).toBe(0);
  expect(await archive.store(end + 3_600_000)).toBe(1);
  expect(await archive.store(end + 3_600_000)).toBe(0);
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  expect(await archive.list(all, end)).toMatchObject([
    { dataClass: 'short', partition: '2024-05-15', events: 1_200, from: suiteNow - 1_199, state: 'archived' },
  ]);
  const before = await cluster.events.get('e77', everyone);
  await cluster.events.deleteClass('short');
  await archive.restore(all, end + day, end);
  while ((await archive.list(all, end))[0]?.state === 'restoring') await setTimeout(10);
  expect(await archive.list(all, end)).toMatchObject([{ state: 'restored', until: end + day }]);
  expect(await cluster.events.count({ range: always }, everyone)).toBe(1_201);
  expect(await cluster.events.get('e77', everyone)).toEqual(before);
  expect(await readdir(join(directory, 'work'))).toEqual([]);
  await archive.close();
  archive = open();
  expect(await archive.expire(end + day - 1)).toEqual([]);
  expect(await archive.expire(end + day)).toMatchObject([
    { keeper: 'archive', what: 'restored copy of partition 2024-05-15', records: 1_200 },
  ]);
  expect(await cluster.events.count({ range: always }, everyone)).toBe(1);
  expect(await archive.list(all, end + day)).toMatchObject([{ state: 'archived' }]);
  expect(await archive.expire(end + 7 * day)).toMatchObject([
    { what: 'partition 2024-05-15', records: 1_200 },
  ]);
  const left = (await readdir(join(directory, 'bucket'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  );
  expect(left).toEqual([]);
});

it('takes nothing away early that is nowhere else', async () => {
  const late = (offset: number) => [indexed({}, { position: { partition: 1, offset } })];
  await cluster.events.write([indexed(), indexed()]);
  const end = Date.UTC(2024, 4, 16);
  await archive.store(end + 3_600_000);
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const bringBack = async () => {
    await archive.restore(all, end + day, end);
    while ((await archive.list(all, end))[0]?.state === 'restoring') await setTimeout(10);
    return archive.list(all, end);
  };
  // Some of it is still there.
  await cluster.events.deleteClass('short');
  await cluster.events.write(late(1));
  expect(await bringBack()).toMatchObject([{ state: 'restored', until: end + 7 * day }]);
  expect(await archive.expire(end + day)).toEqual([]);
  // All of it was lost, and something came since.
  await cluster.events.deleteClass('short');
  expect(await bringBack()).toMatchObject([{ state: 'restored', until: end + day }]);
  await cluster.events.write(late(2));
  expect(await archive.list(all, end)).toMatchObject([{ state: 'restored', until: end + 7 * day }]);
  expect(await archive.expire(end + day)).toEqual([]);
  expect(await cluster.events.count({ range: always }, everyone)).toBe(3);
});

it('tells of events that are refused, and keeps the others', async () => {
  await cluster.events.write([indexed(), indexed()]);
  const end = Date.UTC(2024, 4, 16);
  await archive.store(end + 3_600_000);
  await cluster.events.deleteClass('short');
  const { write } = cluster.events;
  cluster.events.write = async ([first, ...rest]) => [
    { status: 'rejected', reason: 'mapping', message: `${first?.head.id} does not fit` },
    ...(await write(rest)),
  ];
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  await archive.restore(all, end + day, end);
  while ((await archive.list(all, end))[0]?.state === 'restoring') await setTimeout(10);
  expect(await cluster.events.count({ range: always }, everyone)).toBe(1);
  expect(warnings).toMatchObject([{ events: 1, reason: expect.stringContaining('does not fit') }]);
});

it('exports a partition once that is smaller than its class would have by now', async () => {
  await cluster.events.write([indexed()]);
  const longer = suiteClasses.all.map((one) => ({ ...one, ttlMs: one.ttlMs + 365 * day }));
  archive = open({ all: longer, get: (name) => longer.find((one) => one.name === name) });
  const end = Date.UTC(2024, 4, 16);
  expect(await archive.store(end + 3_600_000)).toBe(1);
  expect(await archive.store(end + 3_600_000)).toBe(0);
});

it('deletes what a crash left on its way', async () => {
  const work = join(directory, 'work');
  await mkdir(join(work, 'exported'), { recursive: true });
  await writeFile(join(work, 'exported', 'events'), '');
  await writeFile(join(work, 'returning'), '');
  archive = open();
  await archive.store(suiteNow);
  expect(await readdir(work)).toEqual([]);
});
