import { expect, it } from 'vitest';
import { parseRuleFile } from './parse.ts';
import { placeFinder } from './yaml.ts';

const doubled = (times: number): string =>
  Array.from({ length: times }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('');
const rule = (more: string): string =>
  `title: x\nlogsource: { product: any }\na0: &a0 [b, c]\n${more}detection: { s: { f: *a0 }, condition: s }\n`;

it.each([
  ['that stand for more than there is memory', rule(doubled(30))],
  ['one of which is what it is in', rule('a: &a [*a]\n')],
])('aliases %s are refused at once', (_, source) => {
  const { rules, rejected } = parseRuleFile(source, 'f.yml');
  expect(rules).toEqual([]);
  expect(rejected).toMatchObject([{ code: 'invalid_yaml', reason: expect.stringContaining('aliases') }]);
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

it('gives the nearest place for a path that leads nowhere', () => {
  expect(placeFinder('a:\n  - b\n  - c: d\n', 0)(['a', 1, 'none', 2])).toEqual({ line: 3, column: 5 });
});
