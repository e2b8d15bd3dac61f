import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Deletion } from '../deletion.ts';
import { type DuckDbStore, openDuckDbStore } from '../duckdb/index.ts';
import { always, day, everyone, expired, indexed, kql, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { type Archive, createArchive } from './archive.ts';
import { openFolderBucket } from './folder.ts';

let directory: string;
let place: string;
let store: DuckDbStore;
let archive: Archive;
let told: string[];
const log = { info: () => {}, warn: (_: object, message: string) => void told.push(message) };

async function open(data = 'data'): Promise<void> {
  store = await openDuckDbStore({ directory: join(directory, data), classes: suiteClasses });
  archive = createArchive({
    ...{ bucket: openFolderBucket(place), store: store.sealed, classes: suiteClasses, localMs: 2 * day, log },
  });
}

async function close(): Promise<void> {
  await archive.close();
  await store.close();
}

beforeEach(async () => {
  told = [];
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-archive-'));
  place = join(directory, 'archive');
  await open();
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true });
});

const periodEnd = Date.UTC(2024, 4, 16);
const expiry = periodEnd + 7 * day;
const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
const count = () => store.events.count({ range: always }, everyone);
const objects = async () =>
  (await readdir(place, { recursive: true })).filter((name) => name.includes('.')).sort();

async function write(): Promise<void> {
  const records = Array.from({ length: 300 }, (_, i) =>
    indexed(
      { event: { id: `e${i}` }, host: { name: `h${i % 3}` }, own: { field: i } },
      { time: suiteNow - i * 1_000, senderChosenId: true },
    ),
  );
  await store.events.write([...records, indexed({}, { ingested: suiteNow + 3 * day })]);
  await store.seal(periodEnd + 3_600_000);
}

async function restored(filter = all, until = expiry * 2, now = periodEnd + 3 * day) {
  const begun = await archive.restore(filter, until, now);
  for (;;) {
    const list = await archive.list(filter, now);
    if (list.every(({ state }) => state !== 'restoring')) return { begun, list };
    await setTimeout(5);
  }
}

it('archives what is sealed, once, gives up old copies, and brings them back', async () => {
  await write();
  expect(await archive.store(periodEnd + day)).toBe(1);
  expect(await archive.store(periodEnd + day)).toBe(0);
  expect(await objects()).toHaveLength(2);
  expect(await archive.list(all, periodEnd + day)).toMatchObject([
    {
      dataClass: 'short',
      partition: '2024-05-15',
      events: 300,
      from: suiteNow - 299_000,
      to: suiteNow,
      state: 'kept',
      expires: expiry,
    },
  ]);
  expect(await count()).toBe(301);

  await archive.store(periodEnd + 2 * day);
  expect(await count()).toBe(1);
  expect(await store.events.get('e7', everyone)).toBeUndefined();
  expect(await archive.list({ ...all, dataClass: 'middle' }, periodEnd)).toEqual([]);
  expect(await archive.list({ from: 0, to: suiteNow - 300_000 }, periodEnd)).toEqual([]);
  await close();
  await open();
  expect(await archive.list(all, periodEnd)).toMatchObject([{ state: 'archived' }]);
  // Its place in the stream is known all the same.
  const { begun, list } = await restored();
  expect(begun).toMatchObject([{ state: 'restoring' }]);
  expect(list).toMatchObject([{ state: 'restored', until: expiry }]);
  expect(await count()).toBe(301);
  expect((await store.events.stats()).partitions[0]).toMatchObject({ restoredUntil: expiry, events: 300 });
  const query = kql('host.name: h1 and own.field > 200');
  const { items } = await store.events.search({ query, range: always, sort: 'oldest', limit: 100 }, everyone);
  expect(items).toHaveLength(33);
  expect(await store.events.write([indexed({ event: { id: 'e9' } }, { senderChosenId: true })])).toEqual([
    { status: 'already_there' },
  ]);
  expect((await restored()).begun).toHaveLength(1);
});

it('lets go of what was brought back at the stated time', async () => {
  await write();
  await archive.store(periodEnd + 2 * day);
  const until = periodEnd + 4 * day;
  await restored(all, until);
  await archive.store(periodEnd + 3 * day);
  expect(await count()).toBe(301);
  await close();
  await open();
  expect(await expired(archive, until - 1)).toEqual([]);
  expect(await expired(archive, until)).toMatchObject([
    { what: 'restored copy of partition 2024-05-15', records: 300 },
  ]);
  expect(await count()).toBe(1);
  expect(await objects()).toHaveLength(2);
});

it('deletes objects with the last event of their class’s time', async () => {
  await write();
  await archive.store(periodEnd + 2 * day);
  expect(await expired(archive, expiry - 1)).toEqual([]);
  expect(await expired(archive, expiry)).toEqual([
    { keeper: 'archive', dataClass: 'short', what: 'partition 2024-05-15', records: 300 },
  ]);
  expect(await objects()).toEqual([]);
  expect(await archive.store(expiry)).toBe(0);
  await expired(store.events, expiry);
  expect(await count()).toBe(1);
});

it('brings back into a store that lost everything, and makes damaged files whole', async () => {
  await write();
  await archive.store(periodEnd + day);
  const [file] = store.sealed.files();
  const bytes = await readFile(file!.path);
  await writeFile(file!.path, bytes.fill(3, 4, bytes.length - 4_000));
  expect(
    (
      await store.events.search(
        { query: kql('own.field: 3'), range: always, sort: 'newest', limit: 1 },
        everyone,
      )
    ).items,
  ).toEqual([]);
  expect(await archive.list(all, periodEnd)).toMatchObject([{ state: 'archived' }]);
  expect((await restored()).list).toMatchObject([{ state: 'kept' }]);
  expect(await count()).toBe(301);
  await close();
  await open('new');
  expect((await restored()).list).toMatchObject([{ state: 'restored', until: expiry }]);
  expect(await count()).toBe(300);
  expect(await store.events.fields(everyone)).toContain('own.field');
  await close();
  await open('new');
  expect(await count()).toBe(300);
});

it('refuses what is not what it archived', async () => {
  await write();
  await archive.store(periodEnd + 2 * day);
  const [manifest, object] = (await objects()).map((name) => join(place, name)) as [string, string];
  const bytes = await readFile(object);
  await writeFile(object, bytes.fill(0, 100, 101));
  const { list } = await restored();
  expect(list).toMatchObject([{ state: 'failed', problem: expect.stringContaining('SHA-256') }]);
  expect(await count()).toBe(1);
  await rm(object);
  expect((await restored()).list).toMatchObject([
    { state: 'failed', problem: expect.stringContaining('no object') },
  ]);
  const text = await readFile(manifest, 'utf8');
  for (const wrong of [
    '{',
    text.replace('2024-05-15', '../../2024'),
    text.replace(/"to":\d+}/, '"to":99999999999999}'),
  ]) {
    await writeFile(manifest, wrong);
    expect(await archive.list(all, periodEnd)).toEqual([]);
    expect(told.at(-1)).toMatch(/no manifest/);
  }
});

it('says so of another version’s files, and keeps and deletes them as its own', async () => {
  await write();
  await archive.store(periodEnd + 2 * day);
  const manifest = join(place, (await objects())[0] as string);
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(/tidewatch-archive\/\d+/, 'tidewatch-archive/1'));
  const { list } = await restored();
  expect(list).toMatchObject([
    { state: 'failed', events: 300, problem: expect.stringContaining('has the format tidewatch-archive/1') },
  ]);
  expect(await count()).toBe(1);
  expect(await expired(archive, expiry)).toMatchObject([{ what: 'partition 2024-05-15', records: 300 }]);
  expect(await objects()).toEqual([]);
});

it('archives the others beside a file that is gone, and gives up no copy whose object is', async () => {
  await write();
  await store.events.write([indexed({}, { ingested: suiteNow - day })]);
  await store.seal(periodEnd + 3_600_000);
  const [gone, other] = store.sealed.files();
  await rm(gone!.path);
  expect(await archive.store(periodEnd)).toBe(1);
  expect(told.at(-1)).toMatch(/not archived/);
  const object = (await objects()).find((name) => name.endsWith('.parquet')) as string;
  await rm(join(place, object));
  await archive.store(periodEnd + 2 * day);
  expect(await objects()).toContain(object);
  expect(store.sealed.files().find(({ sha256 }) => sha256 === other!.sha256)?.state).toBe('archived');
});

it('deletes in time what has no manifest, and what was never put whole', async () => {
  await write();
  await archive.store(periodEnd + day);
  const [manifest, object] = (await objects()) as [string, string];
  await rm(join(place, manifest));
  await writeFile(join(place, `${object}.1.partial`), 'half');
  await writeFile(join(place, 'not-ours.txt'), '');
  await expired(archive, expiry - 1);
  expect(await objects()).toHaveLength(3);
  expect(await expired(archive, expiry)).toEqual([
    { keeper: 'archive', dataClass: 'short', what: expect.stringContaining(object), records: 0 },
  ]);
  expect(await objects()).toEqual(['not-ours.txt']);
});

it('deletes and tells of the others beside one that fails, and reads no manifest that is not due', async () => {
  await write();
  await store.events.write([-1, -2].map((days) => indexed({}, { ingested: suiteNow + days * day })));
  await store.seal(periodEnd + 3_600_000);
  await archive.store(periodEnd);
  await archive.close();
  const bucket = openFolderBucket(place);
  const read: string[] = [];
  archive = createArchive({
    bucket: {
      ...bucket,
      read(key) {
        read.push(key);
        return bucket.read(key);
      },
      delete: (key) =>
        key.includes('2024-05-13') ? Promise.reject(new Error('not this one')) : bucket.delete(key),
    },
    ...{ store: store.sealed, classes: suiteClasses, log },
  });
  const told: Deletion[] = [];
  const expire = (now: number) => archive.expire(now, async (one) => void told.push(one));
  await expire(expiry - 2 * day - 1);
  expect(read).toEqual([]);
  await expect(expire(expiry - day)).rejects.toThrow('not this one');
  const first = { what: 'partition 2024-05-13', begins: true };
  const second = { what: 'partition 2024-05-14', records: 1 };
  expect(told).toMatchObject([first, { ...second, begins: true }, second]);
  expect(read.map((key) => key.split('/')[1])).toEqual(['2024-05-13', '2024-05-14']);
});

it('lets retention in between two files that it archives or brings back', async () => {
  await write();
  await store.events.write([-1, -2].map((days) => indexed({}, { ingested: suiteNow + days * day })));
  await store.seal(periodEnd + 3_600_000);
  await archive.close();
  const bucket = openFolderBucket(place);
  const steps: string[] = [];
  let isAsked = false;
  const once = async (step: string) => {
    steps.push(step);
    if (!isAsked) void archive.expire(periodEnd, async () => {}).then(() => steps.push('expired'));
    isAsked = true;
  };
  archive = createArchive({
    bucket: {
      ...bucket,
      put: (key, path) => once('put').then(() => bucket.put(key, path)),
      get: (key, path) => once('get').then(() => bucket.get(key, path)),
    },
    ...{ store: store.sealed, classes: suiteClasses, localMs: 0, log },
  });
  // Asked twice, it stores once.
  await Promise.all([archive.store(periodEnd), archive.store(periodEnd)]);
  expect([steps, told]).toEqual([['put', 'expired', 'put', 'put'], []]);
  steps.length = 0;
  isAsked = false;
  expect((await restored()).list.map(({ state }) => state)).toEqual(['restored', 'restored', 'restored']);
  expect(steps).toEqual(['get', 'expired', 'get', 'get']);
});
