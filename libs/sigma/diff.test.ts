import { describe, expect, it } from 'vitest';
import { type ChangedRule, type ComparableSet, diffRules } from './diff.ts';
import { parseRuleFile } from './parse.ts';

const rule = `title: A rule
id: rule-1
status: test
level: low
description: About it
tags: [attack.t1059]
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|endswith: '\\cmd.exe'
    User: [a, b]
  filter:
    EventID: 1
  condition: selection and not filter
`;

const set = (source: string, file = 'rule.yml') => parseRuleFile(source, file);

type Changes = ChangedRule['changes'];

const unchanged: Changes = { logic: null, level: null, status: null, title: null, text: [] };
const same = { added: [], removed: [], changed: [] };

/** A change of the logic, of which only what is given is not as it was. */
const logic = (change: Partial<NonNullable<Changes['logic']>>): Changes => ({
  ...unchanged,
  logic: { selections: same, condition: null, attributes: [], ...change },
});

describe('diffRules', () => {
  const changes: [name: string, from: string, to: string, expected: Changes][] = [
    ['the level', 'level: low', 'level: high', { ...unchanged, level: { from: 'low', to: 'high' } }],
    [
      'a level that is now the default',
      'level: low\n',
      '',
      { ...unchanged, level: { from: 'low', to: 'medium' } },
    ],
    ['the status', 'status: test\n', '', { ...unchanged, status: { from: 'test', to: null } }],
    ['the title', 'A rule', 'The rule', { ...unchanged, title: { from: 'A rule', to: 'The rule' } }],
    [
      'what people read',
      'About it\ntags: [attack.t1059]',
      'About\nmodified: 2026-11-01',
      { ...unchanged, text: ['description', 'tags', 'modified'] },
    ],
    ['a value', 'cmd.exe', 'pwsh.exe', logic({ selections: { ...same, changed: ['selection'] } })],
    ['the order of values', '[a, b]', '[b, a]', logic({ selections: { ...same, changed: ['selection'] } })],
    [
      'a selection that comes',
      '  filter:',
      '  other: {f: 1}\n  filter:',
      logic({ selections: { ...same, added: ['other'] } }),
    ],
    [
      'a selection and the condition',
      '  filter:\n    EventID: 1\n  condition: selection and not filter',
      '  condition: selection',
      logic({
        selections: { ...same, removed: ['filter'] },
        condition: { from: 'selection and not filter', to: 'selection' },
      }),
    ],
    [
      'a list of conditions',
      'selection and not filter',
      '[selection, filter]',
      logic({ condition: { from: 'selection and not filter', to: 'selection or filter' } }),
    ],
    ['the log source', 'product: windows', 'product: linux', logic({ attributes: ['logsource'] })],
    ['the suppression', 'level:', 'tidewatch: {suppress: 1d}\nlevel:', logic({ attributes: ['tidewatch'] })],
  ];
  it.each(changes)('tells what is changed: %s', (_, from, to, expected) => {
    const diff = diffRules(set(rule), set(rule.replace(from, to)));
    expect(diff).toMatchObject({ added: [], removed: [], unchanged: 0 });
    expect(diff.changed.map((changed) => changed.changes)).toEqual([expected]);
  });

  const equal: [name: string, text: string][] = [
    ['comments', `# new\n${rule}`],
    ['quotes', rule.replace('User: [a, b]', 'User:\n      - "a"\n      - b')],
    ['the order of attributes', rule.replace('status: test\nlevel: low\n', 'level: low\nstatus: test\n')],
    ['the order of items', rule.replace(/( {4}Image.*\n)( {4}User.*\n)/, '$2$1')],
    ['spaces of a condition', rule.replace('and not filter', ' and\n    not filter ')],
    [
      'the document before it',
      `title: Other\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}\n---\n${rule}`,
    ],
  ];
  it.each(equal)('takes no notice of %s', (_, text) => {
    expect(text).not.toBe(rule);
    expect(diffRules(set(rule), set(text, 'moved/rule.yml')).changed).toEqual([]);
  });

  it('lists what comes, goes and stays, as it is or was', () => {
    const two = rule.replace('rule-1', 'rule-2');
    const three = rule.replace('rule-1', 'rule-3').replace('status: test\n', '');
    const diff = diffRules(set(`${rule}---\n${two}`, 'old.yml'), set(`${rule}---\n${three}`, 'new.yml'));
    const ref = { title: 'A rule', level: 'low', rejected: null };
    expect(diff).toEqual({
      added: [{ ...ref, id: 'rule-3', status: null, file: 'new.yml' }],
      removed: [{ ...ref, id: 'rule-2', status: 'test', file: 'old.yml' }],
      changed: [],
      unchanged: 1,
    });
  });

  it('compares any document with an id, such as correlations', () => {
    const setOf = (body: string): ComparableSet => ({
      rules: [
        {
          id: 'c',
          title: 'C',
          level: 'low',
          status: null,
          file: 'c.yml',
          document: 0,
          source: `title: C\n${body}`,
        },
      ],
      rejected: [],
    });
    const diff = diffRules(setOf('correlation: {timespan: 1h}\n'), setOf('correlation: {timespan: 2h}\n'));
    expect(diff.changed.map(({ changes }) => changes)).toEqual([logic({ attributes: ['correlation'] })]);
  });

  it('says why a rule that is still there is not loaded, or was not', () => {
    const broken = rule.replace('not filter', 'not filters');
    const reason = expect.stringContaining('`filters`');
    expect(diffRules(set(rule), set(broken)).removed).toMatchObject([{ id: 'rule-1', rejected: reason }]);
    expect(diffRules(set(broken), set(rule)).added).toMatchObject([{ id: 'rule-1', rejected: reason }]);
  });
});
