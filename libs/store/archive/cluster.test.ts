import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DuckDbStore, openDuckDbStore } from '../duckdb/index.ts';
import { always, day, everyone, expired, indexed, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import type { Archive } from './archive.ts';
import { createClusterArchive } from './cluster.ts';
import { openFolderBucket } from './folder.ts';

let directory: string;
/** Any event store can be exported; that of a real cluster is, in the long tests. */
let cluster: DuckDbStore;
let archive: Archive;
let warnings: object[];
const log = { info: () => {}, warn: (about: object) => void warnings.push(about) };
const open = (classes = suiteClasses, work = 'work') =>
  createClusterArchive({
    bucket: openFolderBucket(join(directory, 'bucket')),
    events: cluster.events,
    classes,
    openStage: (folder) => openDuckDbStore({ directory: folder, classes }),
    directory: join(directory, work),
    log,
  });

const end = Date.UTC(2024, 4, 16);
const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
/** Of another place in the log than what is brought back gets. */
const late = (offset: number) => [indexed({}, { position: { partition: 1, offset } })];
const count = () => cluster.events.count({ range: always }, everyone);

async function bringBack(filter = all) {
  await archive.restore(filter, end + day, end);
  for (;;) {
    const files = await archive.list(filter, end);
    if (files.every(({ state }) => state !== 'restoring')) return files;
    await setTimeout(10);
  }
}

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
  expect(await archive.store(end)).toBe(0);
  expect(await archive.store(end + 3_600_000)).toBe(1);
  expect(await archive.store(end + 3_600_000)).toBe(0);
  expect(await archive.list(all, end)).toMatchObject([
    { dataClass: 'short', partition: '2024-05-15', events: 1_200, from: suiteNow - 1_199, state: 'archived' },
  ]);
  const before = await cluster.events.get('e77', everyone);
  await cluster.events.deleteClass('short');
  expect(await bringBack()).toMatchObject([{ state: 'restored', until: end + day }]);
  expect(await count()).toBe(1_201);
  expect(await cluster.events.get('e77', everyone)).toEqual(before);
  expect(await readdir(join(directory, 'work'))).toEqual([]);
  await archive.close();
  archive = open();
  expect(await expired(archive, end + day - 1)).toEqual([]);
  expect(await expired(archive, end + day)).toMatchObject([
    { keeper: 'archive', what: 'restored copy of partition 2024-05-15', records: 1_200 },
  ]);
  expect(await count()).toBe(1);
  expect(await archive.list(all, end + day)).toMatchObject([{ state: 'archived' }]);
  expect(await expired(archive, end + 7 * day)).toMatchObject([
    { what: 'partition 2024-05-15', records: 1_200 },
  ]);
  const left = (await readdir(join(directory, 'bucket'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  );
  expect(left.map(({ name }) => name)).toEqual(['exporter']);
});

it('takes nothing away early that is nowhere else', async () => {
  await cluster.events.write([indexed(), indexed()]);
  await archive.store(end + 3_600_000);
  // Some of it is still there.
  await cluster.events.deleteClass('short');
  await cluster.events.write(late(1));
  expect(await bringBack()).toMatchObject([{ state: 'restored', until: end + 7 * day }]);
  expect(await expired(archive, end + day)).toEqual([]);
  // All of it was lost, and something came since.
  await cluster.events.deleteClass('short');
  expect(await bringBack()).toMatchObject([{ state: 'restored', until: end + day }]);
  await cluster.events.write(late(2));
  expect(await archive.list(all, end)).toMatchObject([{ state: 'restored', until: end + 7 * day }]);
  expect(await expired(archive, end + day)).toEqual([]);
  expect(await count()).toBe(3);
});

it('tells of events that are refused, and keeps the others', async () => {
  await cluster.events.write([indexed(), indexed()]);
  await archive.store(end + 3_600_000);
  await cluster.events.deleteClass('short');
  const { write } = cluster.events;
  cluster.events.write = async ([first, ...rest]) => [
    { status: 'rejected', reason: 'mapping', message: `${first?.head.id} does not fit` },
    ...(await write(rest)),
  ];
  await bringBack();
  expect(await count()).toBe(1);
  expect(warnings).toMatchObject([{ events: 1, reason: expect.stringContaining('does not fit') }]);
  // What came in the place of the refused one is nowhere else.
  cluster.events.write = write;
  await cluster.events.write(late(1));
  expect(await archive.list(all, end)).toMatchObject([{ state: 'restored', until: end + 7 * day }]);
  expect(await expired(archive, end + day)).toEqual([]);
  expect(await count()).toBe(2);
});

it('looks again whether others wrote there before it takes away what was brought back', async () => {
  await cluster.events.write([indexed(), indexed()]);
  await archive.store(end + 3_600_000);
  await cluster.events.deleteClass('short');
  await bringBack();
  const { deletePartition } = cluster.events;
  cluster.events.deletePartition = async (...asked) => {
    await cluster.events.write(late(1));
    return deletePartition(...asked);
  };
  expect(await expired(archive, end + day)).toEqual([]);
  expect(await count()).toBe(3);
  expect(await archive.list(all, end)).toMatchObject([{ state: 'restored', until: end + 7 * day }]);
});

it('archives events of any time, and those that came late once no more come', async () => {
  const own = (id: string) => indexed({ event: { id } }, { senderChosenId: true });
  const files = async () => (await archive.list({ ...all, from: -8.64e15 }, end)).map(({ events }) => events);
  await cluster.events.write([own('a'), indexed({ event: { id: '1601' } }, { time: Date.UTC(1601, 0) })]);
  const round = () => archive.store(end + 3_600_000);
  expect(await round()).toBe(1);
  expect(await files()).toEqual([2]);
  expect(await round()).toBe(0);
  await cluster.events.write([own('b')]);
  expect(await round()).toBe(0);
  await cluster.events.write([own('c')]);
  expect(await round()).toBe(0);
  expect(await round()).toBe(1);
  expect(await round()).toBe(0);
  expect(await files()).toEqual([2, 2]);
  await cluster.events.deleteClass('short');
  await bringBack({ ...all, from: -8.64e15 });
  const { items } = await cluster.events.search(
    { range: { from: -8.64e15, to: 8.64e15 }, sort: 'oldest', limit: 10 },
    everyone,
  );
  expect(items.map(({ event }) => event.id)).toEqual(['1601', 'a', 'b', 'c']);
  expect(warnings).toEqual([]);
});

it('says so of events that it did not find, and does not look for them in each round', async () => {
  await cluster.events.write([indexed(), indexed()]);
  const { stats, search } = cluster.events;
  let searches = 0;
  cluster.events.search = (...asked) => {
    searches++;
    return search(...asked);
  };
  cluster.events.stats = async () => {
    const { partitions, ...sums } = await stats();
    return { ...sums, partitions: partitions.map((one) => ({ ...one, events: one.events + 1 })) };
  };
  const rounds = [];
  for (let i = 0; i < 4; i++) rounds.push(await archive.store(end + 3_600_000));
  expect([rounds, searches]).toEqual([[1, 0, 0, 0], 1]);
  expect(warnings).toMatchObject([{ dataClass: 'short', partition: '2024-05-15', events: 1 }]);
});

it('exports once, however often it is asked meanwhile, and by one process', async () => {
  await cluster.events.write(Array.from({ length: 1_200 }, () => indexed()));
  const other = open(suiteClasses, 'other');
  const { search } = cluster.events;
  let [pages, resume] = [0, () => {}];
  const paused = new Promise<void>((resolve) => {
    resume = resolve;
  });
  cluster.events.search = async (...asked) => {
    if (++pages === 1) await paused;
    return search(...asked);
  };
  const at = end + 3_600_000;
  const first = archive.store(at);
  const second = archive.store(at);
  while (pages === 0) await setTimeout(5);
  expect(await other.store(at)).toBe(0);
  expect(await expired(other, end + 30 * day)).toEqual([]);
  resume();
  expect([await first, await second, pages]).toEqual([1, 1, 2]);
  expect(await archive.list(all, end)).toMatchObject([{ events: 1_200 }]);
  expect(await other.list(all, end)).toMatchObject([{ state: 'archived' }]);
  // Another takes over from one that ends.
  await archive.close();
  await cluster.events.write([indexed({}, { dataClass: 'short_too' })]);
  expect(await other.store(at)).toBe(1);
  await other.close();
  archive = open();
});

it('exports the others beside a partition that fails, and that one later', async () => {
  await cluster.events.write([indexed(), indexed({}, { dataClass: 'short_too' })]);
  const { search } = cluster.events;
  cluster.events.search = (request, scope) =>
    scope.dataClasses.includes('short') ? Promise.reject(new Error('not now')) : search(request, scope);
  expect(await archive.store(end + 3_600_000)).toBe(1);
  expect(warnings).toMatchObject([{ dataClass: 'short', reason: 'not now' }]);
  cluster.events.search = search;
  expect(await archive.store(end + 3_600_000)).toBe(1);
});

it('exports a partition once that is smaller than its class would have by now', async () => {
  await cluster.events.write([indexed()]);
  const longer = suiteClasses.all.map((one) => ({ ...one, ttlMs: one.ttlMs + 365 * day }));
  archive = open({ all: longer, get: (name) => longer.find((one) => one.name === name) });
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
