import { expect, it } from 'vitest';
import { relatedFiles } from './rule_trial.ts';

const rule = (id: string) =>
  `title: ${id}\nid: ${id}\nlogsource: { product: any }\ndetection: { s: { f: ${id} }, condition: s }\n`;
const correlation = (id: string, of: string) =>
  `title: ${id}\nid: ${id}\ncorrelation: { type: event_count, rules: [${of}], group-by: [f], timespan: 1m, condition: { gte: 2 } }\n`;
const known = [
  { file: 'other.yml', source: rule('other') },
  { file: 'many.yml', source: correlation('many', 'one-rule') },
  { file: 'more.yml', source: correlation('more', 'many') },
];

it('has to do with a file what names its rules, and all that it builds on', () => {
  expect(relatedFiles(known, [rule('one-rule')])).toEqual(['many.yml']);
  expect(relatedFiles(known, [correlation('third', 'more')])).toEqual(['many.yml', 'more.yml']);
  expect(relatedFiles(known, [rule('fourth')])).toEqual([]);
});

it('is not looked for where a file has many rules', () => {
  const file = Array.from({ length: 40 }, (_, i) => rule(`rule-${i}`)).join('---\n');
  expect(relatedFiles(known, [file])).toBeUndefined();
});
