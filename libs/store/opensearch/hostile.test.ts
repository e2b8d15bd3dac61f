import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import type { EventStore } from '../contract.ts';
import {
  always,
  everyone,
  indexed,
  kql,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from '../fixtures.suite.ts';
import { openSearchForTests } from './store.suite.ts';

const list = (count: number, one: (i: number) => string, word = ' or '): string =>
  Array.from({ length: count }, (_, i) => one(i)).join(word);

describe.runIf(has('opensearch'))('queries that ask much', { timeout: 60_000 }, () => {
  const { openEvents } = openSearchForTests();
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
    ['a regex whose automaton doubles with each part', 'host.name: /a.{9}[ab]$/', 1],
    ['a regex of many repetitions', 'host.name: /^h[0-9]{1,500}$/', 1],
    ['a regex of stars', `host.name: /${'a.*'.repeat(100)}b/`, 0],
    ['a regex of letters of all kinds', 'host.name: /\\p{Lu}\\P{L}?/', 0],
    ['a regex of nothing', 'host.name: /()|(?:)|^$/', 2],
    ['a regex of stars in texts', `message: /${'a.*'.repeat(20)}b/`, 0],
    ['a regex of edges in texts', 'message: /\\bone\\s+two\\b/', 1],
    ['a regex without a field', '/^h\\d$/', 1],
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

  it('refuses a pattern of too many fields, and a histogram of too many buckets', async () => {
    await expect(count('wide.*: v1')).rejects.toMatchObject({ code: 'QUERY_TOO_WIDE' });
    const range = { from: 0, to: suiteNow };
    await expect(harness.store.histogram({ range, stepMs: 1 }, everyone)).rejects.toMatchObject({
      code: 'QUERY_TOO_WIDE',
    });
  });
});
