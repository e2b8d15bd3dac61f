import { expect, it } from 'vitest';
import { ownTime } from '../../test/own_time.ts';
import { parseRuleFile } from './parse.ts';
import { placeFinder } from './yaml.ts';

const doubled = (times: number): string =>
  Array.from({ length: times }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('');
const rule = (more: string): string =>
  `title: x\nlogsource: { product: any }\na0: &a0 [b, c]\n${more}detection: { s: { f: *a0 }, condition: s }\n`;

const large = `large: &large { ${Array.from({ length: 3_000 }, (_, i) => `k${i}: v`).join(', ')} }\n`;

it.each([
  ['that stand for more than there is memory', rule(doubled(30))],
  ['of a long text', rule(`t: &t ${'x'.repeat(100_000)}\nl: [${'*t, '.repeat(150_000)}]\n`)],
  ['of a long name', rule(`t: &t ${'x'.repeat(100_000)}\nl: [${'{ *t : v }, '.repeat(50_000)}]\n`)],
  ['merged into many maps', rule(`${large}l: [${'{ <<: *large }, '.repeat(50_000)}]\n`)],
  ['merged many times into one', rule(`${large}l: { ${'<<: *large, '.repeat(50_000)} }\n`)],
  ['merged as a list', rule(`${large}l: { <<: [${'*large, '.repeat(50_000)}] }\n`)],
  ['one of which is what it is in', rule('a: &a [*a]\n')],
])('aliases %s are refused at once', (_, source) => {
  const { rules, rejected } = parseRuleFile(source, 'f.yml');
  expect(rules).toEqual([]);
  expect(rejected).toMatchObject([{ code: 'invalid_yaml', reason: expect.stringContaining('aliases') }]);
});

it('merges of a usual kind are fine', () => {
  const { rules, rejected } = parseRuleFile(
    'title: x\nlogsource: &any { product: any }\na: &a { f: b }\ndetection: { s: { <<: [*a, *any] }, condition: s }\n',
    'f.yml',
  );
  expect(rejected).toEqual([]);
  expect([...(rules[0]?.detection.selections.keys() ?? [])]).toEqual(['s']);
});

it('aliases of a usual kind are fine', () => {
  const { rules, rejected } = parseRuleFile(rule(doubled(8)), 'f.yml');
  expect(rejected).toEqual([]);
  expect(rules).toHaveLength(1);
});

it.each([
  ['title: x\nid: abc\n  logsource: [\n', 2, 5],
  ['title: x\nlogsource: { product: any }\ndetection:\n  s: { a|what: b }\n  condition: s\n', 4, 16],
  ['title: x\nlogsource: { product: any }\ndetection: { s: { a: b }, condition: t }\n', 3, 38],
])('says where the fault of %j is', (source, line, column) => {
  expect(parseRuleFile(source, 'f.yml').rejected).toMatchObject([{ line, column }]);
});

it.each([
  [
    'nests too deep',
    `x: ${'['.repeat(500_000)}`,
    { reason: expect.stringContaining('deeper than 100 levels') },
  ],
  [
    'nests lists too deep',
    '- '.repeat(100_000),
    { reason: expect.stringContaining('deeper than 100 levels') },
  ],
  ['is wrong before much that is open', `title: x\n]\nx: ${'['.repeat(500_000)}`, { line: 2, column: 1 }],
  ['is wrong before something deep', `title: x\n]\nx: ${'['.repeat(50_000)}`, { line: 2, column: 1 }],
])('a file that %s is refused at once', (_, source, place) => {
  const started = ownTime();
  expect(parseRuleFile(source, 'f.yml').rejected).toEqual([expect.objectContaining(place)]);
  expect(ownTime() - started).toBeLessThan(2_000);
});

it('gives the nearest place for a path that leads nowhere', () => {
  expect(placeFinder('a:\n  - b\n  - c: d\n', 0)(['a', 1, 'none', 2])).toEqual({ line: 3, column: 5 });
});
