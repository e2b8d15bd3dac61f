import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { always, day, everyone, expired, indexed, kql, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { crashBatch } from './crash.batch.ts';
import { Database } from './database.ts';
import { openEngine } from './engine.ts';
import { createEventWriter } from './event_write.ts';
import { type DuckDbStore, openDuckDbStore } from './index.ts';
import { Partitions } from './partitions.ts';
import { createSealer } from './seal.ts';

let directory: string;
let store: DuckDbStore;
let told: string[];
const log = {
  info: (_: object, message: string) => void told.push(message),
  warn: (_: object, message: string) => void told.push(message),
};
const open = () => openDuckDbStore({ directory, classes: suiteClasses, log });
beforeEach(async () => {
  told = [];
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-seal-'));
  store = await open();
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const folder = () => join(directory, 'events', 'short');
const files = async () => (await readdir(folder())).sort();
const name = (date: string) => `events-short-${date}`;

const answers = async () => {
  const range = { from: suiteNow - 2 * day, to: suiteNow + 2 * day };
  const query = kql('host.name: host-1* and not message: *77*');
  const page = await store.events.search({ query, range, sort: 'oldest', limit: 40 }, everyone);
  return {
    page,
    next: await store.events.search({ query, range, sort: 'oldest', limit: 40, after: page.next! }, everyone),
    count: await store.events.count({ query, range }, everyone),
    histogram: await store.events.histogram({ query, range, stepMs: 60_000, split: 'host.name' }, everyone),
    top: await store.events.topValues({ range, field: 'custom.n', limit: 30 }, everyone),
    byId: await store.events.get('event-3', everyone),
    fields: await store.events.fields(everyone),
  };
};

it('answers the same before and after, and takes late events beside', async () => {
  const records = Array.from({ length: 2_000 }, (_, i) =>
    indexed(
      {
        event: { id: `event-${i}` },
        host: { name: `host-${i % 23}` },
        custom: { n: i % 40 },
        message: `m ${i}`,
      },
      { time: suiteNow - ((i * 7_919) % 5_000) * 1_000, senderChosenId: true },
    ),
  );
  await store.events.write(records);
  const before = await answers();
  const periodEnd = Date.UTC(2024, 4, 16);
  expect(await store.seal(periodEnd + 3_599_999)).toEqual([]);
  expect(await store.seal(periodEnd + 3_600_000)).toMatchObject([{ partition: '2024-05-15', events: 2_000 }]);
  expect(await store.seal(periodEnd + day)).toEqual([]);
  expect(await answers()).toEqual(before);
  expect(await files()).toEqual([`${name('2024-05-15')}.0.parquet`, `${name('2024-05-15')}.db`]);
  expect((await stat(join(folder(), `${name('2024-05-15')}.db`))).size).toBeLessThan(300_000);

  const again = records.slice(0, 50).map((record) => ({ ...record, position: indexed().position }));
  const late = indexed({ event: { id: 'late' } }, { senderChosenId: true });
  const outcomes = await store.events.write([...again, late]);
  expect(outcomes.map(({ status }) => status)).toEqual([...Array(50).fill('already_there'), 'stored']);
  for (const round of [0, 1]) {
    expect((await store.events.get('late', everyone))?.event.id, `round ${round}`).toBe('late');
    expect(await store.events.count({ range: always }, everyone)).toBe(2_001);
    expect((await store.events.stats()).partitions).toMatchObject([{ events: 2_001, sealed: false }]);
    await store.close();
    store = await open();
  }
  expect(await expired(store.events, periodEnd + 7 * day)).toMatchObject([{ records: 2_001 }]);
  expect(await files()).toEqual([]);
});

it('keeps answering beside a damaged file, and says so', async () => {
  const message = 'x'.repeat(2_000);
  await store.events.write([
    ...Array.from({ length: 500 }, (_, i) =>
      indexed({ message: `${message}${i}` }, { ingested: suiteNow - day }),
    ),
    indexed({ event: { id: 'sound' } }),
  ]);
  await store.seal(Number.MAX_SAFE_INTEGER);
  const path = join(folder(), `${name('2024-05-14')}.0.parquet`);
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(7, 8, bytes.length - 5_000));
  const search = () =>
    store.events.search(
      { query: kql('message: * or event.id: sound'), range: always, sort: 'newest', limit: 9 },
      everyone,
    );
  expect((await search()).items.map(({ event }) => event.id)).toEqual(['sound']);
  expect(told.at(-1)).toMatch(/damaged/);
  expect(await files()).toContain(`${name('2024-05-14')}.0.parquet.damaged`);
  await store.close();
  store = await open();
  expect(told.at(-2)).toMatch(/damaged/);
  expect((await search()).items).toHaveLength(1);
  const { partitions } = await store.events.stats();
  expect(partitions[0]).toMatchObject({ damaged: [`${name('2024-05-14')}.0.parquet`] });
});

it('reads and writes while it seals', async () => {
  await store.events.write(Array.from({ length: 3_000 }, () => indexed()));
  const sealing = store.seal(Number.MAX_SAFE_INTEGER);
  let done = false;
  sealing.then(() => {
    done = true;
  });
  let reads = 0;
  for (; !done; reads++) expect(await store.events.count({ range: always }, everyone)).toBe(3_000);
  expect(reads).toBeGreaterThan(0);
  expect(await sealing).toHaveLength(1);
  // What comes while a file is written keeps the partition open until the next time.
  await store.events.write([indexed({}, { ingested: suiteNow + day })]);
  const disturbed = store.seal(Number.MAX_SAFE_INTEGER);
  await store.events.write([indexed({}, { ingested: suiteNow + day })]);
  await disturbed;
  await store.seal(Number.MAX_SAFE_INTEGER);
  expect(await store.events.count({ range: always }, everyone)).toBe(3_002);
  expect((await files()).filter((file) => file.endsWith('.partial'))).toEqual([]);
});

const program = fileURLToPath(bundled(new URL('./seal.child.ts', import.meta.url)));
/** Lets a child write and seal, and kills it `ms` after it began to seal for the second time; answers the last offset. */
function sealAndKill(first: number, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, directory, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      text += data;
      if (text.split('\n').length === 3) setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.on('error', reject);
    child.on('close', () => resolve(Number(text.trim().split(' ').at(-1))));
  });
}

it('loses and doubles nothing when it is killed while it seals', async () => {
  await store.close();
  let next = 0;
  for (const ms of [10, 50]) {
    next = 1 + (await sealAndKill(next, ms));
    store = await open();
    const left = (await files()).filter((file) => /partial|damaged/.test(file));
    expect(left).toEqual([]);
    // The child may have been writing on: what was acknowledged last is there, what comes again is told.
    const last = await store.events.write(
      crashBatch(next - 100, suiteNow + Math.floor((next - 100) / 300) * day),
    );
    expect(new Set(last.map(({ status }) => status))).toEqual(new Set(['already_there']));
    for (const at of [next, next + 100, next + 200])
      await store.events.write(crashBatch(at, suiteNow + Math.floor(at / 300) * day));
    next += 300;
    const range = always;
    expect(await store.events.count({ range }, everyone)).toBe(next);
    const ids = await store.events.topValues({ range, field: 'event.id', limit: next + 1 }, everyone);
    expect(ids.filter(({ count }) => count === 1)).toHaveLength(next);
    await store.close();
  }
  store = await open();
  expect(told).not.toContain('a partition could not be sealed; it stays readable and is tried again');
}, 60_000);

it('removes what an unfinished sealing left', async () => {
  await store.events.write([indexed()]);
  await store.close();
  const left = ['.0.parquet', '.0.parquet.partial', '.db.partial', '.db.partial.wal'];
  for (const end of left) await writeFile(join(folder(), `${name('2024-05-15')}${end}`), 'half');
  store = await open();
  expect(await files()).toEqual([`${name('2024-05-15')}.db`]);
  expect(await store.seal(Number.MAX_SAFE_INTEGER)).toHaveLength(1);
});

it('seals beside reads that never cease', async () => {
  await store.events.write(Array.from({ length: 3_000 }, () => indexed()));
  let done = false;
  const readers = Array.from({ length: 8 }, async () => {
    while (!done) expect(await store.events.count({ range: always }, everyone)).toBe(3_000);
  });
  expect(await store.seal(Number.MAX_SAFE_INTEGER)).toHaveLength(1);
  done = true;
  await Promise.all(readers);
});

it.each(['cut short', 'missing'])('keeps what a catalogue listed that is %s', async (what) => {
  await store.events.write([indexed()]);
  await store.seal(Number.MAX_SAFE_INTEGER);
  await store.close();
  const catalogue = join(folder(), `${name('2024-05-15')}.db`);
  const bytes = await readFile(catalogue);
  if (what === 'missing') await rm(catalogue);
  else await writeFile(catalogue, '');
  await expect(open()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  await writeFile(catalogue, bytes);
  store = await open();
  expect(await store.events.count({ range: always }, everyone)).toBe(1);
});

it('deletes all files of a partition, also what was set aside or never finished', async () => {
  await store.events.write([indexed()]);
  await store.seal(Number.MAX_SAFE_INTEGER);
  for (const end of ['.0.parquet.damaged', '.1.parquet.partial', '.1.parquet'])
    await writeFile(join(folder(), `${name('2024-05-15')}${end}`), 'half');
  expect(await expired(store.events, Date.UTC(2024, 4, 16) + 7 * day)).toHaveLength(1);
  expect(await files()).toEqual([]);
});

it('lists a partition that could not be deleted, and deletes it the next time', async () => {
  await store.events.write([indexed(), indexed()]);
  const inTheWay = join(folder(), `${name('2024-05-15')}.0.parquet.damaged`);
  const expire = () => expired(store.events, Date.UTC(2024, 4, 16) + 7 * day);
  const held = async () => (await store.events.stats()).partitions.map(({ events }) => events);
  await mkdir(inTheWay);
  await expect(expire()).rejects.toThrow(/directory/i);
  expect(await store.events.count({ range: always }, everyone)).toBe(0);
  expect(await held()).toEqual([2]);
  // What comes for it waits until it is gone: half of it is.
  await expect(store.events.write([indexed()])).rejects.toThrow(/directory/i);
  await rm(inTheWay, { recursive: true });
  expect(await expire()).toMatchObject([{ what: 'partition 2024-05-15', records: 2 }]);
  expect([await held(), await files()]).toEqual([[], []]);

  const again = indexed();
  await store.events.write([again]);
  await mkdir(inTheWay);
  await expect(store.events.deleteClass('short')).rejects.toThrow(/directory/i);
  await rm(inTheWay, { recursive: true });
  expect(await store.events.write([again])).toEqual([{ status: 'stored' }]);
  expect(await held()).toEqual([1]);
});

it('empties a table before large documents fill a vector, and takes no small ones for large', async () => {
  const database = new Database(await openEngine({ spill: directory, memoryLimitMb: 256, threads: 1 }));
  const partitions = new Partitions(database, join(directory, 'large'), suiteClasses, log);
  await partitions.open();
  const { early } = createSealer(database, partitions, 256, log);
  const write = createEventWriter(database, partitions, suiteClasses, { bytes: 100_000, seal: early });
  const rows = (count: number, bytes: number) =>
    Array.from({ length: count }, () => indexed({ message: 'x'.repeat(bytes) }));
  await write(rows(20, 10_000));
  await write(rows(2, 40_000));
  const [partition] = partitions.all();
  expect([partition!.open.events, partition!.sealed.length]).toEqual([22, 0]);
  await Promise.all([write(rows(1, 40_000)), write(rows(1, 40_000))]);
  await write(rows(3, 10));
  expect([partition!.open.events, partition!.sealed.map(({ events }) => events)]).toEqual([3, [24]]);
  await database.close();
});

it('lets no table go of which rows were not written', async () => {
  const database = new Database(await openEngine({ spill: directory, memoryLimitMb: 256, threads: 1 }));
  const partitions = new Partitions(database, join(directory, 'lossy'), suiteClasses, log);
  await partitions.open();
  await createEventWriter(database, partitions, suiteClasses)([indexed(), indexed()]);
  const [partition] = partitions.all();
  partition!.open = { ...partition!.open, events: 3 };
  expect(await createSealer(database, partitions, 256, log).due(Number.MAX_SAFE_INTEGER)).toEqual([]);
  expect(told.at(-1)).toMatch(/could not be sealed/);
  expect(partition!.sealed).toEqual([]);
  await database.close();
});
