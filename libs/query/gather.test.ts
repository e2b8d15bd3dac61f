import { expect, it } from 'vitest';
import { gather, maxConditions, TooManyConditionsError } from './gather.ts';
import { parseKql } from './parse.ts';
import { toSql } from './sql.ts';
import type { SqlLayout } from './sql_layout.ts';

const layout: SqlLayout = { document: 'doc', texts: ['words'], column: () => undefined, paths: () => [] };

function sqlOf(text: string) {
  const parsed = parseKql(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return toSql(parsed.ast, { now: 0, layout, rows: 'plain' });
}
const list = (count: number, one: (i: number) => string, word: string): string =>
  Array.from({ length: count }, (_, i) => one(i)).join(word);

it('makes one condition of what an or asks of one field', () => {
  const parsed = parseKql('a: x or b: y or a: z* or c > 5 or q');
  if (!parsed.ok || parsed.ast.kind !== 'or') throw new Error('an or was expected');
  expect(
    gather(parsed.ast).map((one) => ('values' in one ? [one.field, one.values.length] : one.kind)),
  ).toEqual([['a', 2], ['b', 1], 'range', [null, 1]]);
});

it('reads the document once for a list, however long, also where it is denied', () => {
  for (const [word, before] of [
    [' or ', ''],
    [' and ', 'not '],
  ] as const) {
    const { sql } = sqlOf(list(500, (i) => `${before}a: v${i}`, word));
    expect(sql.split('json_extract(doc').length - 1).toBe(1);
  }
});

it('reads the document once for conditions on many fields', () => {
  const { sql } = sqlOf(list(50, (i) => `f${i}.g: v`, ' or '));
  expect(sql.split('json_extract(doc').length - 1).toBe(1);
});

it('counts conditions, not values', () => {
  expect(() => sqlOf(list(maxConditions, (i) => `f${i}: v`, ' or '))).not.toThrow();
  expect(() => sqlOf(list(maxConditions + 1, (i) => `f${i}: v`, ' or '))).toThrow(TooManyConditionsError);
});
