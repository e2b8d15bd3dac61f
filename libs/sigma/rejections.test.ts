import { describe, expect, it } from 'vitest';
import { ruleWith } from './engine_fixture.ts';
import { parseRuleFile } from './parse.ts';

describe('rejections', () => {
  it.each([
    ['f|conatins: x', 'unknown_modifier', 'did you mean `contains`'],
    ["f|re: '(?=a)b'", 'regex_look_around', 'look-around'],
    ["f|re: '(?<!a)b'", 'regex_look_around', 'look-around'],
    [String.raw`f|re: '(a)\1'`, 'regex_back_reference', 'back-reference'],
    ["f|re: '(?P=n)'", 'regex_back_reference', 'back-reference'],
    ["f|re: '(a'", 'invalid_regex', '(a'],
    [String.raw`f|re: 'a\Z'`, 'invalid_regex', String.raw`\Z`],
    ["f|re: '[[:alpha:]]'", 'invalid_regex', 'POSIX'],
    ["f|expand: 'a%nobody%'", 'unresolved_placeholder', '%nobody%'],
    ["f|base64: 'a*b'", 'modifier_conflict', 'wildcards'],
    ["f|base64offset: 'a?b'", 'modifier_conflict', 'wildcards'],
    ['f|base64offset|contains: a', 'invalid_value', 'two bytes'],
    ['f|cidr: 10.0.0.0/33', 'invalid_value', 'network'],
    ['f|contains|cidr: 10.0.0.0/8', 'modifier_conflict', 'before'],
    ['f|exists: maybe', 'invalid_value', 'true or false'],
    ['f|gt: abc', 'invalid_value', 'number'],
    ['f|gt: 0x10', 'invalid_value', 'number'],
    ['f|lt: 1e400', 'invalid_value', 'number'],
    ['f|i: abc', 'modifier_conflict', 'follow `re`'],
    ['f|contains: null', 'modifier_conflict', 'null'],
    ['f: []', 'empty_values', 'empty'],
    ['f:\n      g: 1', 'invalid_value', 'string'],
    ['{}', 'invalid_selection', 'empty'],
    ['null', 'invalid_selection', 'keyword'],
    ["'|exists': true", 'invalid_value', 'keyword'],
  ])('%s: %s', (items, code, reason) => {
    const { rules, rejected } = parseRuleFile(
      ruleWith(`  selection:\n    ${items}\n  condition: selection`),
      'r.yml',
    );
    expect(rules).toEqual([]);
    expect(rejected).toEqual([expect.objectContaining({ code, id: 'rule-1' })]);
    expect(rejected[0]!.reason).toContain(reason);
    expect(rejected[0]!.line).toBeGreaterThanOrEqual(6);
  });
});
