import { expect, it } from 'vitest';
import { idOf, lineSpan, newRuleId, ruleTemplate, withId } from './rule-draft.ts';

it('makes ids of its own that the template carries', () => {
  const id = newRuleId();
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(newRuleId()).not.toBe(id);
  const source = ruleTemplate({ id, author: 'ann: "the first"', date: '2026-11-22' });
  expect(idOf(source)).toBe(id);
  expect(source).toContain('author: "ann: \\"the first\\""\n');
});

it.each([
  ['id: abc', 'abc'],
  ["title: a\nid:  'abc' # ours\nlevel: low", 'abc'],
  ['related:\n  - id: other\n', undefined],
  ['title: id: no', undefined],
])('reads and changes the id of %j', (source, id) => {
  expect(idOf(source)).toBe(id);
  expect(idOf(withId(source, 'new'))).toBe(id && 'new');
  expect(withId(source, 'new').split('\n')).toHaveLength(source.split('\n').length);
});

it.each([
  [1, 'a'],
  [2, ''],
  [3, 'bcd'],
  [9, ''],
])('finds line %i', (line, words) => {
  const text = 'a\n\nbcd';
  expect(text.slice(...lineSpan(text, line))).toBe(words);
});
