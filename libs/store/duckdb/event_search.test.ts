import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import { wordKey, wordKinds } from '@tidewatch/query';
import { expect, it, vi } from 'vitest';
import { always, eventOf, everyone, indexed, kql, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { Database } from './database.ts';
import type { SqlRow } from './engine.ts';
import { openDuckDbStore } from './index.ts';

/** Values of the field `v` as a sender may write them in JSON. */
const written = {
  plain: '"abc-123456"',
  escaped: String.raw`"\u0041bc-\u003123456"`,
  capitals: '"ABC-123456"',
  kelvin: '"123456\u212a"',
  dotted: '"İstanbul"',
  whole: '123456',
  power: '1.23456E+5',
  fraction: '123456.0',
  text: '"123456"',
  zeros: '"000123456"',
  long: '12345678901234567890',
  negative: '-123456.50',
  truth: 'true',
  list: '[null, "other", "abc-123456", 1e3]',
  lines: String.raw`"first line\nabc-123456"`,
  quote: String.raw`"say \"abc-123456\""`,
  // What the words of a document with such a field `w` would be.
  forged: JSON.stringify(
    `a\n${wordKey(['w'])}${wordKinds.text}forged-1\n${wordKey(['w'])}${wordKinds.whole}7\n`,
  ),
};

const found: Readonly<Record<string, readonly (keyof typeof written)[]>> = {
  'v: "abc-123456"': ['plain', 'escaped', 'capitals', 'list'],
  'v: 123456': ['whole', 'power', 'fraction', 'text'],
  'v: 123456.0': ['whole', 'power', 'fraction'],
  'v: 1.23456e5': ['whole', 'power', 'fraction'],
  'v: 000123456': ['whole', 'power', 'fraction', 'zeros'],
  'v: 123456k': ['kelvin'],
  'v: istanbul': ['dotted'],
  'v: İSTANBUL': ['dotted'],
  'v: 12345678901234567890': ['long'],
  'v: "-123456.5"': ['negative'],
  'v: (istanbul or true)': ['dotted', 'truth'],
  'v: 1000 and v: other': ['list'],
  'v: *bc-1234*': ['plain', 'escaped', 'capitals', 'list', 'lines', 'quote'],
  'v: *LINE*123456': ['lines'],
  'v: "say \\"abc-123456\\""': ['quote'],
  '*v*: "abc-123456"': ['plain', 'escaped', 'capitals', 'list'],
  'v: 12345*': ['kelvin', 'whole', 'text'],
  'v: *forged-1*': ['forged'],
  'w: forged-1': [],
  'w: forged*': [],
  'w >= 0': [],
  "v: (10.0.0.0/8 or *it's*)": [],
  'http.response.status_code: (404 or 500 or 4*)': [],
  '@timestamp: /\\dT\\d/ and v: istanbul': ['dotted'],
};

it('finds values of unpromoted fields however they are written', { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-search-'));
  const store = await openDuckDbStore({ directory, classes: suiteClasses });
  const names = new Map<string, string>();
  const records = Object.entries(written).map(([name, json]) => {
    const record = indexed({ v: 'value' });
    names.set(eventOf(record).event.id, name);
    return { ...record, bytes: Buffer.from(Buffer.from(record.bytes).toString().replace('"value"', json)) };
  });
  await store.events.write(records);
  const hits = async (query: string) => {
    const request = { query: kql(query), range: always, sort: 'oldest', limit: 100 } as const;
    const { items } = await store.events.search(request, everyone);
    return items.map(({ event }) => names.get(event.id)).sort();
  };
  const all = Object.keys(found);
  expect(Object.fromEntries(await Promise.all(all.map(async (query) => [query, await hits(query)])))).toEqual(
    Object.fromEntries(all.map((query) => [query, [...(found[query] ?? [])].sort()])),
  );
  await store.close();
  await rm(directory, { recursive: true });
});

it.each(['basket.php', '"/SHOP/basket.php"', '*/basket*', '/Basket\\.php$/i'])(
  'finds %s in whatever way a field with a column is written',
  async (query) => {
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-search-'));
    const store = await openDuckDbStore({ directory, classes: suiteClasses });
    const urls = [
      { path: '/shop/basket.php' },
      { path: '/SHOP/Basket.php' },
      { path: ['/shop/basket.php'] },
      { path: ['/', '/shop/basket.php'] },
      { path: 'first line\n/shop/basket.php' },
      [{ path: '/shop/basket.php' }],
      [{ path: '/shop/basket.php' }, { path: '/' }],
      [{ path: '/' }, { path: '/shop/basket.php' }],
      { path: { was: '/shop/basket.php' } },
    ];
    const records = [...urls, { path: '/shop/bas-ket.php' }].map((url) => indexed({ url }));
    await store.events.write(records);
    const request = { query: kql(query), range: always, sort: 'oldest', limit: 100 } as const;
    const { items } = await store.events.search(request, everyone);
    const meant = records.slice(0, urls.length).map(({ head }) => head.id);
    expect(items.map(({ event }) => event.id).sort()).toEqual(meant.sort());
    await store.close();
    await rm(directory, { recursive: true });
  },
);

it('finds texts, patterns and regexes without a field within one line', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-search-'));
  const store = await openDuckDbStore({ directory, classes: suiteClasses });
  const within = (text: string): JsonObject[] => [{ message: text }, { note: text }, { url: { path: text } }];
  const meant = [...within('first then second'), { note: 'first\u0001second' }].map((one) => indexed(one));
  const others = [
    ...within('first\nsecond'),
    ...[{ note: ['first', 'second'] }, { a: 'first', b: 'second' }, { a: [{ b: 'first' }, { b: 'second' }] }],
  ];
  await store.events.write([...meant, ...others.map((one) => indexed(one))]);
  const find = async (query: string) => {
    const request = { query: kql(query), range: always, sort: 'oldest', limit: 100 } as const;
    return (await store.events.search(request, everyone)).items.map(({ event }) => event.id);
  };
  const ids = meant.map(({ head }) => head.id);
  for (const query of ['first*second', '*irst*secon*', '/f.+second/']) expect(await find(query)).toEqual(ids);
  expect(await find('"first\\nsecond"')).toEqual([]);
  expect(await find('first')).toHaveLength(meant.length + others.length);
  await store.close();
  await rm(directory, { recursive: true });
});

it('pages through small and large documents alike, and through hours of very different density', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-search-'));
  const store = await openDuckDbStore({ directory, classes: suiteClasses });
  const minute = 60_000;
  const records = Array.from({ length: 600 }, (_, i) =>
    indexed(
      { note: 'x'.repeat(i % 40 === 7 ? 400_000 : i % 5 === 0 ? 9_000 : 10) },
      { time: suiteNow - (i < 500 ? i : i * minute) },
    ),
  );
  await store.events.write(records);
  const found = { newest: [] as string[], oldest: [] as string[] };
  for (const sort of ['newest', 'oldest'] as const) {
    for (let after: string | undefined, pages = 0; ; pages++) {
      const request = { range: always, sort, limit: 70, ...(after === undefined ? {} : { after }) };
      const { items, next } = await store.events.documents(request, everyone);
      const lengths = items.map(({ length }) => length);
      expect(lengths.slice(0, -1).reduce((sum, length) => sum + length, 0)).toBeLessThan(2 * 1024 ** 2);
      found[sort].push(...items.map((json) => JSON.parse(json).event.id as string));
      if (next === undefined) break;
      after = next;
      expect(pages).toBeLessThan(30);
    }
  }
  expect(found.newest).toEqual(records.map(({ head }) => head.id));
  expect(found.oldest).toEqual([...found.newest].reverse());

  const read = vi.spyOn(Database.prototype, 'read');
  await store.events.documents({ range: always, sort: 'newest', limit: 1_000 }, everyone);
  const answers = await Promise.all(read.mock.results.map(({ value }) => value as Promise<SqlRow[]>));
  read.mockRestore();
  // A page's and one document's.
  expect(Math.max(...answers.map((rows) => JSON.stringify(rows).length))).toBeLessThan(2_700_000);
  await store.close();
  await rm(directory, { recursive: true });
});
