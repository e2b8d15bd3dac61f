import { describe, expect, it } from 'vitest';
import { engineOf, ruleWith } from './engine_fixture.ts';
import { parseRuleFile } from './parse.ts';

const selections = `
  a:
    f|contains: a
  b:
    f|contains: b
  sel_c:
    f|contains: c
  sel_d:
    f|contains: d
  _e:
    f|contains: e
`;

const rule = (condition: string): string => ruleWith(`${selections}  condition: ${condition}`);

const matches = (condition: string, f: string): boolean =>
  engineOf(rule(condition)).evaluate({ f }).length === 1;

describe('conditions', () => {
  it.each<[condition: string, value: string, expected: boolean]>([
    ['a', 'a', true],
    ['a and b', 'ab', true],
    ['a and b', 'a', false],
    ['a or b', 'b', true],
    ['a or b and sel_c', 'a', true],
    ['(a or b) and sel_c', 'a', false],
    ['(a or b) and sel_c', 'bc', true],
    ['not a', 'x', true],
    ['not a and b', 'b', true],
    ['not a and b', 'ab', false],
    ['not (a and b)', 'a', true],
    ['not not a', 'a', true],
    ['1 of sel_*', 'd', true],
    ['1 of sel_*', 'a', false],
    ['any of sel_*', 'c', true],
    ['all of sel_*', 'cd', true],
    ['all of sel_*', 'c', false],
    ['1 of *_c', 'c', true],
    ['1 of them', 'e', false],
    ['1 of them', 'd', true],
    ['all of them', 'abcd', true],
    ['all of them', 'abc', false],
    ['1 of _*', 'e', true],
    ['a and not 1 of sel_*', 'a', true],
    ['a and not 1 of sel_*', 'ac', false],
    ['a and not all of sel_*', 'ac', true],
    ['1 of a', 'a', true],
    ['a AND NOT b', 'a', true],
    ['[a, b]', 'b', true],
    ['[a and b, sel_c]', 'c', true],
    ['[a and b, sel_c]', 'a', false],
    ['((a))', 'a', true],
  ])('%s on %s: %s', (condition, value, expected) => {
    expect(matches(condition, value)).toBe(expected);
  });

  it('take a missing field under `not` for false', () => {
    const source = ruleWith('  a:\n    f: x\n  filter:\n    g: y\n  condition: a and not filter');
    expect(engineOf(source).evaluate({ f: 'x' })).toHaveLength(1);
    expect(engineOf(source).evaluate({ f: 'x', g: 'y' })).toHaveLength(0);
  });

  it.each([
    ['a and', 'invalid_condition'],
    ['a b', 'invalid_condition'],
    ['(a', 'invalid_condition'],
    ['a)', 'invalid_condition'],
    ['and a', 'invalid_condition'],
    ['2 of sel_*', 'invalid_condition'],
    ['1 of (a)', 'invalid_condition'],
    ['a and nothing', 'unknown_selection'],
    ['1 of nothing*', 'empty_set'],
    ['a | count() > 5', 'deprecated_aggregation'],
    [`${'not '.repeat(100)}a`, 'invalid_condition'],
    ["''", 'missing_attribute'],
    ['[]', 'missing_attribute'],
  ])('%s is refused: %s', (condition, code) => {
    const { rejected } = parseRuleFile(rule(condition), 'r.yml');
    expect(rejected).toEqual([expect.objectContaining({ code, line: expect.any(Number) })]);
  });

  it('refuse `them` where every name begins with an underscore', () => {
    const { rejected } = parseRuleFile(ruleWith('  _a:\n    f: x\n  condition: 1 of them'), 'r.yml');
    expect(rejected[0]).toMatchObject({ code: 'empty_set', reason: expect.stringContaining('1 of them') });
  });
});
