import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, type KqlField, type KqlNode, type KqlValue, not, or } from './ast.ts';
import { parseKql } from './parse.ts';
import { printKql } from './print.ts';

function ast(text: string): KqlNode {
  const result = parseKql(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message} at ${result.error.start}`);
  return result.ast;
}

const text = fc.oneof(
  fc.constantFrom(
    'and',
    'NOT',
    'C:\\temp',
    '\\s\t',
    '/x/',
    '-5',
    '10.0.0.0/8',
    'a b',
    ' a',
    '::1',
    '"',
    '\\',
    '*',
    'now-1d',
    'in',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
);
const name = fc.string({ minLength: 1, maxLength: 5 });
const parts = fc
  .array(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map((all) => [...all, '']);
const field = fc.oneof<fc.Arbitrary<KqlField>[]>(
  name,
  parts.map((all) => ({ parts: all })),
);
const value = fc.oneof<fc.Arbitrary<KqlValue>[]>(
  text.map((literal) => ({ type: 'literal', text: literal })),
  parts.map((all) => ({ type: 'wildcard', parts: all })),
  fc.array(text, { minLength: 2, maxLength: 3 }).map((words) => ({ type: 'words', words })),
  fc
    .constantFrom('a/b', '^x.*$', '\\d+', 'a\\\\')
    .map((source) => ({ type: 'regex', source, ignoreCase: true })),
);
const tree = fc.letrec<{ node: KqlNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('is' as const), field: fc.option(field), value }),
    fc.record({ kind: fc.constant('exists' as const), field }),
    fc.record({
      kind: fc.constant('range' as const),
      field,
      operator: fc.constantFrom('<' as const, '>=' as const),
      value: text,
    }),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(and),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(or),
    tie('node').map(not),
  ),
})).node;

describe('printKql', () => {
  it('prints what reads back as the same tree', () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(ast(printKql(node))).toEqual(node);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a:b   AND (c:d)', 'a: b and c: d'],
    ['a: "x"', 'a: x'],
    ['a\\ \\=\\=*', 'a\\ \\=\\=*'],
    ['a in (1, "2 3")', 'a: (1 or "2 3")'],
    ['a: b and (c: d or e: f)', 'a: b and (c: d or e: f)'],
    ['a: C:\\Windows', 'a: "C:\\\\Windows"'],
  ])('prints %j as %j', (query, printed) => {
    expect(printKql(ast(query))).toBe(printed);
  });
});
