import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import type { EventStore } from '../contract.ts';
import {
  always,
  day,
  everyone,
  indexed,
  kql,
  only,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from '../fixtures.suite.ts';
import { openSearchForTests } from './store.suite.ts';

const list = (count: number, one: (i: number) => string, word = ' or '): string =>
  Array.from({ length: count }, (_, i) => one(i)).join(word);

describe.runIf(has('opensearch'))('queries that ask much', { timeout: 60_000 }, () => {
  const { openEvents, connection } = openSearchForTests();
  let harness: StoreHarness<EventStore>;
  beforeAll(async () => {
    harness = await openEvents(suiteClasses, suiteNow);
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, `v${i}`]));
    await harness.store.write([
      indexed({ host: { name: 'h7' }, message: 'one two', wide }),
      indexed({ host: { name: 'a'.repeat(5_000) }, message: 'a'.repeat(30_000) }),
    ]);
  }, 60_000);
  afterAll(() => harness?.dispose());

  const count = (query: string): Promise<number> =>
    harness.store.count({ query: kql(query), range: always }, everyone);

  it.each([
    ['deep nesting', `${'not ('.repeat(24)}host.name: h7${')'.repeat(24)}`, 1],
    [
      'alternating depth',
      list(24, (i) => `(host.name: x${i} or (host.name: h7`, ' and ') + '))'.repeat(24),
      1,
    ],
    ['stars', `host.name: ${'*a'.repeat(200)}*`, 1],
    ['a long value', `host.name: "${'a'.repeat(5_000)}"`, 1],
    ['a long value that is none', `host.name: "${'a'.repeat(4_999)}b"`, 0],
    ['a long word', 'a'.repeat(9_000), 0],
    ['a word in a long text', `message: ${'a'.repeat(50)}*`, 1],
    ['a regex that the index cannot read', 'host.name: /^h\\d$/', 1],
    ['leading stars', `host.name: *7 and message: *wo`, 1],
  ])('answers %s', async (_, query, found) => {
    expect(await count(query)).toBe(found);
  });

  it('answers lists of any length, and refuses more conditions than it answers elsewhere', async () => {
    expect(await count(`host.name in (${list(1_500, (i) => `h${i}`, ',')})`)).toBe(1);
    expect(await count(list(1_500, (i) => `w${i}`, ' '))).toBe(0);
    expect(await count(list(500, (i) => `not a: w${i}`, ' and '))).toBe(2);
    await expect(count(list(301, (i) => `f${i}: x`))).rejects.toMatchObject({ code: 'QUERY_TOO_WIDE' });
  });

  it('keeps and finds what comes when an index has all the fields it may', async () => {
    const { store } = harness;
    const many = Object.fromEntries(Array.from({ length: 1_986 }, (_, i) => [`g${i}`, 'v']));
    const write = async (fields: object) =>
      (await store.write([indexed({ ...fields }, { dataClass: 'middle' })])).map(({ status }) => status);
    expect(await write({ many })).toEqual(['stored']);
    for (let i = 0; i < 3; i++)
      expect(await write({ late: { [`n${i}`]: `word${i}`, all: 'x' } })).toEqual(['stored']);
    expect(await write({ process: { name: 'sh' }, late: { all: 'y' }, host: { name: 'h7' } })).toEqual([
      'stored',
    ]);
    const scope = only('middle');
    const found = (query: string) => store.count({ query: kql(query), range: always }, scope);
    const counts = [];
    for (const query of [
      'many.g1: v',
      'late.n2: word2',
      'late.all: (x or y)',
      'not late.all: x',
      'late.*: word1',
      'word2',
      'late.n1: *',
      'process.name: sh and host.name: h7',
    ])
      counts.push([query, await found(query)]);
    expect(counts).toEqual([
      ['many.g1: v', 1],
      ['late.n2: word2', 1],
      ['late.all: (x or y)', 4],
      ['not late.all: x', 2],
      ['late.*: word1', 1],
      ['word2', 1],
      ['late.n1: *', 1],
      ['process.name: sh and host.name: h7', 1],
    ]);
    expect(await store.topValues({ range: always, field: 'late.all', limit: 5 }, scope)).toEqual([
      { value: 'x', count: 3 },
      { value: 'y', count: 1 },
    ]);
    const range = { from: suiteNow - 1_000, to: suiteNow + 1_000 };
    const split = await store.histogram({ range, stepMs: 2_000, split: 'late.all' }, scope);
    expect(split.map(({ count, split }) => [count, { ...split }])).toContainEqual([5, { x: 3, y: 1 }]);
    expect(await store.fields(scope)).not.toContain('late.n2');
  });

  it('keeps documents as deep as JSON that is taken may be', async () => {
    const deep = (levels: number): object => (levels === 0 ? { end: 'here' } : { a: deep(levels - 1) });
    const outcome = await harness.store.write([indexed({ ...deep(29) }, { dataClass: 'short_too' })]);
    expect(outcome).toEqual([{ status: 'stored' }]);
  });

  it('drops past partitions that somebody closed, and one that resists keeps no other', async () => {
    const { store } = harness;
    const old = [1, 2, 3].map((days) => suiteNow - days * day);
    await store.write(old.map((ingested) => indexed({}, { ingested, dataClass: 'short_too' })));
    const [, second, third] = old.map(
      (at) => `tidewatch-events-short_too-${new Date(at).toISOString().slice(0, 10)}`,
    ) as [string, string, string];
    const put = (path: string, body: object) =>
      connection().client.transport.request({ method: 'PUT', path, body });
    await connection().client.transport.request({ method: 'POST', path: `/${second}/_close` });
    await put(`/${third}/_settings`, { index: { blocks: { read_only: true } } });
    const past = suiteNow + 7 * day;
    expect((await store.expire(past)).map(({ what, records }) => [what, records]).sort()).toEqual([
      ['partition 2024-05-13', 0],
      ['partition 2024-05-14', 1],
    ]);
    await expect(store.expire(past)).rejects.toMatchObject({ code: 'OPENSEARCH_REFUSED' });
    await put(`/${third}/_settings`, { index: { blocks: { read_only: false } } });
    expect(await store.expire(past)).toMatchObject([{ what: 'partition 2024-05-12', records: 1 }]);
  });

  it('refuses a pattern of too many fields, and a histogram of too many buckets', async () => {
    await expect(count('wide.*: v1')).rejects.toMatchObject({ code: 'QUERY_TOO_WIDE' });
    const range = { from: 0, to: suiteNow };
    await expect(harness.store.histogram({ range, stepMs: 1 }, everyone)).rejects.toMatchObject({
      code: 'QUERY_TOO_WIDE',
    });
  });
});
