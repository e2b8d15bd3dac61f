import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPredicate } from '@tidewatch/query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { IndexedEvent, Scope, SearchRequest } from '../contract.ts';
import { always, everyone, indexed, kql, only, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { Database } from './database.ts';
import { openEngine } from './engine.ts';
import { FoundRowsCache } from './found_rows.ts';
import { type DuckDbStore, openDuckDbStore } from './index.ts';
import type { Segment } from './segments.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-found-'));
});
afterEach(() => rm(directory, { recursive: true }));

const words = ['needle', 'hay', 'straw', 'NEEDLE-2', 'thread'];
const queries = ['needle', '/need.e/i', 'labels.tag: *edl*', 'straw or host.name: web'];
const looks = [
  [everyone, Number.POSITIVE_INFINITY],
  [only('short'), suiteNow + 50_000],
] as const;

/** So many events, the same each time: some with a list of objects, which must be walked. */
const events = (count: number, dataClass: string) =>
  Array.from({ length: count }, (_, i) => {
    const word = (by: number): string => words[(i * by) % words.length] as string;
    const details = i % 7 === 0 ? { list: [{ word: word(4) }, { word: 'hay' }] } : {};
    const document = {
      message: `${word(1)} ${word(3)}`,
      labels: { tag: word(2) },
      host: { name: i % 9 === 0 ? 'web' : 'db' },
    };
    return indexed({ ...document, ...details }, { time: suiteNow + ((i * 37_000) % 100_000), dataClass });
  });

async function allOf(
  { events: store }: DuckDbStore,
  request: Pick<SearchRequest, 'query' | 'range'>,
  scope: Scope,
  sort: 'newest' | 'oldest',
) {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.search(
      { ...request, sort, limit: 50, ...(after !== undefined && { after }) },
      scope,
    );
    ids.push(...page.items.map(({ event }) => event.id));
    after = page.next;
    if (after === undefined) return ids;
  }
}

it('finds what was written, sealed and deleted since a filter was asked before', async () => {
  const store = await openDuckDbStore({ directory, classes: suiteClasses, clock: () => suiteNow });
  let held: readonly IndexedEvent[] = [];
  const write = async (count: number, dataClass: string) => {
    const batch = events(count, dataClass);
    await store.events.write(batch);
    held = [...held, ...batch];
  };
  const check = async () => {
    for (const text of queries)
      for (const [scope, to] of looks) {
        const query = kql(text);
        const range = { from: 0, to };
        const fits = toPredicate(query, { now: suiteNow });
        const expected = held.filter(
          ({ head, bytes }) =>
            (scope === everyone || head.dataClass === 'short') &&
            head.time < to &&
            fits(JSON.parse(Buffer.from(bytes).toString())),
        );
        const newest = expected.toSorted(
          (a, b) => b.head.time - a.head.time || (a.head.id < b.head.id ? 1 : -1),
        );
        const ids = newest.map(({ head }) => head.id);
        expect(await store.events.count({ query, range }, scope), text).toBe(ids.length);
        expect(await allOf(store, { query, range }, scope, 'newest')).toEqual(ids);
        expect(await allOf(store, { query, range }, scope, 'oldest')).toEqual(ids.toReversed());
        const top = await store.events.topValues({ query, range, field: 'event.id', limit: 1_000 }, scope);
        expect(top.map(({ value }) => value)).toEqual(ids.toSorted());
      }
  };
  try {
    await write(60, 'short');
    await write(40, 'middle');
    await check();
    await write(30, 'short');
    await check();
    await store.seal(Number.MAX_SAFE_INTEGER);
    await write(20, 'middle');
    await check();
    await store.events.deleteClass('short');
    held = held.filter(({ head }) => head.dataClass !== 'short');
    await write(25, 'short');
    await check();
  } finally {
    await store.close();
  }
});

it('tells numbers apart that are too large', async () => {
  const store = await openDuckDbStore({ directory, classes: suiteClasses, clock: () => suiteNow });
  const count = (bound: string) =>
    store.events.count({ query: kql(`needle and source.port > ${bound}`), range: always }, everyone);
  try {
    await store.events.write([indexed({ message: 'needle', source: { port: 22 } })]);
    expect([await count('-1e999'), await count('1e999')]).toEqual([1, 0]);
  } finally {
    await store.close();
  }
});

it('finds the few in many, page by page', async () => {
  const store = await openDuckDbStore({ directory, classes: suiteClasses, clock: () => suiteNow });
  try {
    const count = 100_500;
    for (let first = 0; first < count; first += 10_050)
      await store.events.write(
        Array.from({ length: 10_050 }, (_, i) =>
          indexed(
            { message: (first + i) % 20_000 === 7 ? 'needle' : 'hay' },
            { time: suiteNow + 10 * (first + i) },
          ),
        ),
      );
    const request = { query: kql('needle'), range: always, limit: 2 } as const;
    const times: number[] = [];
    for (let after: string | undefined; times.length < 6; ) {
      const page = await store.events.search(
        { ...request, sort: 'newest', ...(after && { after }) },
        everyone,
      );
      times.push(...page.items.map((event) => (Date.parse(event['@timestamp']) - suiteNow) / 10));
      after = page.next;
    }
    expect(times).toEqual([100_007, 80_007, 60_007, 40_007, 20_007, 7]);
    const oldest = await store.events.search({ ...request, sort: 'oldest' }, everyone);
    expect(oldest.items.map(({ message }) => message)).toEqual(['needle', 'needle']);
  } finally {
    await store.close();
  }
});

it('keeps the rows of the filters that were used last, and of those in use', async () => {
  const engine = await openEngine({ spill: join(directory, 'spill'), memoryLimitMb: 64, threads: 1 });
  const database = new Database(engine);
  await database.read('CREATE TABLE memory.events AS SELECT range AS ts FROM range(100)');
  const segment = {
    events: 100,
    from: 0,
    to: 99,
    nested: false,
    alias: 'events',
    identity: 'table 1',
    rows: 'memory.events',
    number: 'rowid',
  } as const;
  const cache = new FoundRowsCache(database, 99);
  const filter = (plain: string) => ({ plain, nested: undefined, parameters: [] });
  const kept = async () =>
    (await database.read("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'found_%'"))[0]?.[0];
  const another = { ...segment, identity: 'table 2' };
  const count = (plain: string, meanwhile = async () => {}, segments: readonly Segment[] = [segment]) =>
    cache.use(
      filter(plain),
      segments,
      () => 10_000,
      async ({ times }) => {
        await meanwhile();
        return (await database.read(`SELECT count(*) FROM ${times}`))[0]?.[0];
      },
    );
  const [third, even, first] = ['ts % 3 = 0', 'ts % 2 = 0', 'ts < 40'];
  try {
    expect([await count(third), await count(even)]).toEqual([34, 50]);
    await expect.poll(kept).toBe(2);
    const both = await count(third, async () => {
      expect(await count(first)).toBe(40);
    });
    expect(both).toBe(34);
    await expect.poll(kept).toBe(2);
    expect([third, even, first].map((plain) => cache.has(filter(plain), segment))).toEqual([
      true,
      false,
      true,
    ]);
    expect(await count('ts >= 0', undefined, [segment, another])).toBe(undefined);
    await expect.poll(kept).toBe(2);
    const read = vi.spyOn(database, 'read');
    expect(await count('ts >= 0', undefined, [segment, another])).toBe(undefined);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    await expect(count('no_such_column')).rejects.toThrow('no_such_column');
    expect(await count(even)).toBe(50);
  } finally {
    await database.close();
  }
});
