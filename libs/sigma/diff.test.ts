import { describe, expect, it } from 'vitest';
import { type ChangedRule, type ComparableSet, diffRules } from './diff.ts';
import type { ValuesChange } from './diff_changes.ts';
import { applyFilters } from './filter.ts';
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

function set(source: string, file = 'rule.yml'): ComparableSet {
  const { rules, correlations, filters, rejected } = parseRuleFile(source, file);
  return { rules: [...rules, ...correlations, ...filters], filters: [], silent: new Set(), rejected };
}

type Changes = ChangedRule['changes'];

const unchanged: Changes = {
  id: null,
  logic: null,
  level: null,
  status: null,
  title: null,
  tags: null,
  text: [],
};
const same = { added: [], removed: [], changed: [] };
const inSelection = (...items: ValuesChange[]): Changes =>
  logic({ selections: { ...same, changed: [{ name: 'selection', items }] } });

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
      'About\nmodified: 2026-11-01\ntags: [attack.t1059]',
      { ...unchanged, text: ['description', 'modified'] },
    ],
    [
      'the tags',
      '[attack.t1059]',
      '[attack.t1027]',
      { ...unchanged, tags: { name: 'tags', added: ['attack.t1027'], removed: ['attack.t1059'] } },
    ],
    [
      'a value',
      'cmd.exe',
      'pwsh.exe',
      inSelection({ name: 'Image|endswith', added: ['\\pwsh.exe'], removed: ['\\cmd.exe'] }),
    ],
    ['one more value', '[a, b]', '[a, b, 3]', inSelection({ name: 'User', added: ['3'], removed: [] })],
    ['the order of values', '[a, b]', '[b, a]', inSelection()],
    [
      'a field',
      'User: ',
      'Account: ',
      inSelection(
        { name: 'User', added: [], removed: ['a', 'b'] },
        { name: 'Account', added: ['a', 'b'], removed: [] },
      ),
    ],
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
    [
      'the log source',
      'product: windows',
      'product: linux',
      logic({ attributes: [{ name: 'logsource.product', added: ['linux'], removed: ['windows'] }] }),
    ],
    [
      'the suppression',
      'level:',
      'tidewatch: {suppress: 1d}\nlevel:',
      logic({ attributes: [{ name: 'tidewatch.suppress', added: ['1d'], removed: [] }] }),
    ],
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
    const two = rule.replace('rule-1', 'rule-2').replace('A rule', 'Two');
    const three = rule.replace('rule-1', 'rule-3').replace('status: test\n', '');
    const diff = diffRules(set(`${rule}---\n${two}`, 'old.yml'), set(`${rule}---\n${three}`, 'new.yml'));
    const ref = { kind: 'rule', level: 'low', rejected: null, replacedBy: null, filters: null };
    expect(diff).toMatchObject({
      added: [{ ...ref, id: 'rule-3', title: 'A rule', status: null, file: 'new.yml' }],
      removed: [{ ...ref, id: 'rule-2', title: 'Two', status: 'test', file: 'old.yml' }],
      changed: [],
      unchanged: 1,
    });
  });

  const renames: [name: string, from: string, to: string, id: Changes['id']][] = [
    [
      'by what it says of itself',
      rule,
      `${rule.replace('rule-1', 'rule-2').replace('cmd.exe', 'pwsh.exe')}related: [{id: rule-1, type: renamed}]\n`,
      { from: 'rule-1', to: 'rule-2' },
    ],
    ['by what it finds', rule, rule.replace('rule-1', 'rule-2'), { from: 'rule-1', to: 'rule-2' }],
    [
      'by its place, where it has no id',
      rule.replace('id: rule-1\n', ''),
      rule.replace('id: rule-1\n', '').replace('level: low', 'level: high'),
      null,
    ],
  ];
  it.each(renames)('knows a rule again under another id: %s', (_, from, to, id) => {
    const diff = diffRules(set(from), set(to));
    expect(diff).toMatchObject({ added: [], removed: [], unchanged: 0 });
    expect(diff.changed.map(({ changes }) => changes.id)).toEqual([id]);
  });

  it('says what took the place of a rule', () => {
    const other = `${rule.replace('rule-1', 'rule-2').replace('A rule', 'Both')}related: [{id: rule-1, type: merged}]\n`;
    const { removed } = diffRules(set(rule), set(other));
    expect(removed).toMatchObject([
      { id: 'rule-1', replacedBy: { id: 'rule-2', title: 'Both', how: 'merged into' } },
    ]);
  });

  it('compares correlations by their parts', () => {
    const often = (timespan: string, rules: string) =>
      set(
        `title: Often\nid: c\ncorrelation: {type: event_count, rules: ${rules}, timespan: ${timespan}, condition: {gte: 5}}\n`,
      );
    const [changed] = diffRules(often('1h', '[a]'), often('2h', '[a, b]')).changed;
    expect(changed).toMatchObject({ kind: 'correlation', id: 'c' });
    expect(changed?.changes).toEqual(
      logic({
        attributes: [
          { name: 'correlation.rules', added: ['b'], removed: [] },
          { name: 'correlation.timespan', added: ['2h'], removed: ['1h'] },
        ],
      }),
    );
  });

  it('says of a filter which rules it came to and left, and what is new in it', async () => {
    const filter = (rules: string, host: string): ComparableSet => {
      const parsed = parseRuleFile(
        `title: Known\nid: f\nlogsource: {product: windows}\nfilter: {rules: ${rules}, hosts: {Computer: ${host}}, condition: not hosts}\n`,
        'f.yml',
      );
      const two = parseRuleFile(
        `${rule}---\n${rule.replace('rule-1', 'rule-2').replace('A rule', 'Two')}`,
        'r.yml',
      ).rules;
      const { filters } = applyFilters({ rules: two, filters: parsed.filters, now: 0 });
      return { rules: [...two, ...parsed.filters], filters, silent: new Set(), rejected: parsed.rejected };
    };
    const [changed] = diffRules(filter('[rule-1]', 'a'), filter('[rule-2]', 'b')).changed;
    expect(changed).toMatchObject({
      kind: 'filter',
      filters: { added: [{ id: 'rule-2', title: 'Two' }], removed: [{ id: 'rule-1', title: 'A rule' }] },
      changes: {
        logic: {
          selections: {
            changed: [{ name: 'hosts', items: [{ name: 'Computer', added: ['b'], removed: ['a'] }] }],
          },
          attributes: [{ name: 'filter.rules', added: ['rule-2'], removed: ['rule-1'] }],
        },
      },
    });
    const { added } = diffRules(set(rule), filter('any', 'a'));
    expect(added.find(({ id }) => id === 'f')?.filters?.added.map(({ id }) => id)).toEqual([
      'rule-1',
      'rule-2',
    ]);
  });

  it('says which rules fall silent', () => {
    const quiet = { ...set(rule), silent: new Set(['rule-1']) };
    expect(diffRules(set(rule), quiet).silent).toMatchObject({ added: [{ id: 'rule-1' }], removed: [] });
    expect(diffRules(quiet, set(rule)).silent).toMatchObject({ added: [], removed: [{ id: 'rule-1' }] });
  });

  it('says why a rule that is still there is not loaded, or was not', () => {
    const broken = rule.replace('not filter', 'not filters');
    const reason = expect.stringContaining('`filters`');
    expect(diffRules(set(rule), set(broken)).removed).toMatchObject([{ id: 'rule-1', rejected: reason }]);
    expect(diffRules(set(broken), set(rule)).added).toMatchObject([{ id: 'rule-1', rejected: reason }]);
  });

  it('tells documents apart that are no rules', () => {
    const old = set('action: global\ntitle: Base\n');
    const now = set('action: global\ntitle: Base\n---\naction: reset\ntitle: Other\n');
    expect(diffRules(old, now).rejected).toMatchObject([{ title: 'Other' }]);
    expect(diffRules(old, old).rejected).toEqual([]);
  });
});
