import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { createSigmaEngine } from './engine.ts';
import { applyFilters } from './filter.ts';
import { parseRuleFile } from './parse.ts';

const rules = `title: Shell
id: shell
name: a_shell
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|endswith: sh.exe
  filter_x:
    User: SYSTEM
  condition: selection and not 1 of filter_*
---
title: Anything
id: anything
logsource: { product: windows }
detection:
  keywords: [whoami]
  condition: all of them
---
title: Daemon
id: daemon
logsource: { product: linux, category: process_creation }
detection:
  selection:
    Image|endswith: sh
  condition: selection
---
title: Many shells
id: many
correlation:
  type: event_count
  rules: [shell]
  timespan: 5m
  condition: { gte: 3 }
`;

const filter = (body: string, head = ''): string => `title: The admins' own
${head}logsource: { product: windows, category: process_creation }
filter:
${body}`;

const admins = `  selection:
    User|startswith: adm_
  condition: not selection
`;

const now = Date.parse('2026-06-01T12:00:00Z');

function apply(...filters: string[]) {
  const parsed = parseRuleFile(rules, 'rules.yml');
  const read = filters.map((source, i) => parseRuleFile(source, `filter${i}.yml`));
  expect([...parsed.rejected, ...read.flatMap(({ rejected }) => rejected)]).toEqual([]);
  const applied = applyFilters({ ...parsed, filters: read.flatMap(({ filters: each }) => each), now });
  const engine = createSigmaEngine(applied.rules);
  return {
    ...applied,
    engine,
    hits: (event: JsonObject) => engine.evaluate(event).map(({ rule }) => rule.id),
    text: (id: string) => applied.rules.find((rule) => rule.id === id)?.detection.conditionText,
  };
}

const started = (User: string): JsonObject => ({
  Event: {
    System: { Channel: 'Security', EventID: 4688 },
    EventData: { NewProcessName: 'C:\\bin\\sh.exe', User },
  },
});

describe('applyFilters', () => {
  it.each([
    ['by id', 'rules: [shell]', ['shell']],
    ['by name', 'rules: [a_shell]', ['shell']],
    ['by one text', 'rules: shell', ['shell']],
    ['once, though named twice', 'rules: [shell, a_shell]', ['shell']],
    ['of its log source, and none that states less', 'rules: any', ['shell']],
    ['that are all', 'rules: ALL', ['shell']],
  ])('is for rules %s', (_, line, expected) => {
    const { filters, hits, rejected, warnings } = apply(filter(`  ${line}\n${admins}`));
    expect(filters.map((each) => each.rules)).toEqual([expected]);
    expect(hits(started('adm_eve'))).toEqual([]);
    expect(hits(started('eve'))).toEqual(['shell']);
    expect([...rejected, ...warnings]).toEqual([]);
  });

  it('leaves other rules as they are', () => {
    const parsed = parseRuleFile(rules, 'rules.yml');
    const { filters } = parseRuleFile(filter(`  rules: [shell]\n${admins}`), 'f.yml');
    const applied = applyFilters({ ...parsed, filters, now });
    expect(applied.rules[1]).toBe(parsed.rules[1]);
    expect(applied.rules.map(({ id }) => id)).toEqual(['shell', 'anything', 'daemon']);
  });

  it('adds a condition without `not` as it stands, and warns of it', () => {
    const { hits, warnings } = apply(filter(`  rules: any\n${admins.replace('not selection', 'selection')}`));
    expect(hits(started('adm_eve'))).toEqual(['shell']);
    expect(hits(started('eve'))).toEqual([]);
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'filter_without_not', file: 'filter0.yml', line: 7 }),
    ]);
  });

  it('keeps names apart: of the rule and of filters of one title', () => {
    const own = filter(`  rules: [shell]
  filter_x: { User: a }
  filter_y: { User: b }
  condition: not 1 of filter_*
`);
    const { hits, text } = apply(own, own.replace('User: a', 'User: c'));
    const users = ['SYSTEM', 'a', 'b', 'c', 'd'];
    expect(users.filter((user) => hits(started(user)).length > 0)).toEqual(['d']);
    expect(text('shell')).toBe(
      '((selection and not 1 of filter_*) and (not (_the_admins_own.filter_x or _the_admins_own.filter_y))) ' +
        'and (not (_the_admins_own_2.filter_x or _the_admins_own_2.filter_y))',
    );
  });

  it('reports what a filter names in vain, with the line, and goes on', () => {
    const body = `  rules:\n    - many\n    - shel\n    - daemon\n    - shell\n${admins}`;
    const { rejected, filters, hits } = apply(filter(body));
    expect(rejected.map(({ code, file, line }) => [code, file, line])).toEqual([
      ['filter_correlation', 'filter0.yml', 5],
      ['filter_unknown_rule', 'filter0.yml', 6],
      ['filter_logsource', 'filter0.yml', 7],
    ]);
    expect(rejected[1]?.reason).toContain('did you mean `shell`');
    expect(rejected[2]?.reason).toContain('windows/process_creation/*');
    expect(filters[0]?.rules).toEqual(['shell']);
    expect(hits(started('adm_eve'))).toEqual([]);
  });

  it('says that it is added to no rule', () => {
    const { warnings } = apply(filter(`  rules: any\n${admins}`).replace('windows', 'macos'));
    expect(warnings).toEqual([expect.objectContaining({ code: 'filter_unused', line: 2 })]);
  });

  it.each([
    ['2026-06-01', true],
    ['2026-06-01T12:00:00Z', true],
    ['2026-06-01T12:00:01Z', false],
    ['2026-06-02', false],
  ])('that expires at %s', (time, expired) => {
    const { filters, skipped, hits } = apply(
      filter(
        `  rules: [shell]\n${admins}`,
        `expires: ${time}\nauthor: Eve\ndescription: The admins may do so.\n`,
      ),
    );
    expect(hits(started('adm_eve'))).toEqual(expired ? ['shell'] : []);
    expect(filters).toHaveLength(expired ? 0 : 1);
    expect(skipped).toEqual(
      expired ? [expect.objectContaining({ code: 'filter_expired', line: 2, file: 'filter0.yml' })] : [],
    );
    if (!expired)
      expect(filters[0]?.filter).toMatchObject({ author: 'Eve', description: 'The admins may do so.' });
  });
});

describe('a filter in explanations', () => {
  it('is named where it does not hold', () => {
    const { engine } = apply(filter(`  rules: [shell]\n${admins}`));
    expect(engine.explain(started('eve'), 'shell')?.absent).toEqual([
      'filter_x',
      '_the_admins_own.selection',
    ]);
  });

  it('points into its own file where it holds', () => {
    const { engine } = apply(filter(`  rules: [shell]\n${admins.replace('not selection', 'selection')}`));
    const items = engine.explain(started('adm_eve'), 'shell')?.items;
    expect(items?.map(({ selection, line }) => [selection, line])).toEqual([
      ['selection', 7],
      ['_the_admins_own.selection', 6],
    ]);
    expect(engine.explainMiss(started('eve'), 'shell')).toMatchObject({
      reason: 'leaf',
      selection: '_the_admins_own.selection',
      wanted: [{ pattern: 'adm_', line: 6, file: 'filter0.yml' }],
    });
  });

  it('is why a rule misses', () => {
    const { engine } = apply(filter(`  rules: [shell]\n${admins}`));
    expect(engine.explainMiss(started('adm_eve'), 'shell')).toMatchObject({
      reason: 'filter',
      selections: ['_the_admins_own.selection'],
      items: [{ field: 'User', value: 'adm_eve', line: 6, file: 'filter0.yml' }],
    });
  });
});

it.each([
  ['without rules', filter(admins), 'missing_attribute', 4],
  ['with an empty list of rules', filter(`  rules: []\n${admins}`), 'invalid_attribute', 4],
  ['with rules that are no names', filter(`  rules: [{ a: b }]\n${admins}`), 'invalid_attribute', 4],
  ['without a condition', filter('  rules: any\n  selection:\n    User: a\n'), 'missing_attribute', 4],
  [
    'with a condition that is wrong',
    filter('  rules: any\n  selection:\n    User: a\n  condition: not that\n'),
    'unknown_selection',
    7,
  ],
  [
    'with a value that is wrong',
    filter('  rules: any\n  selection:\n    User|sounds: a\n  condition: selection\n'),
    'unknown_modifier',
    6,
  ],
  [
    'without a log source',
    filter(`  rules: any\n${admins}`).replace(/logsource.*\n/, ''),
    'missing_attribute',
    1,
  ],
  ['that is no map', 'title: F\nlogsource: { product: windows }\nfilter: any\n', 'missing_attribute', 3],
  ['that expires at no time', filter(`  rules: any\n${admins}`, 'expires: soon\n'), 'invalid_attribute', 2],
])('a filter %s is refused with its line', (_, source, code, line) => {
  const { filters, rejected } = parseRuleFile(source, 'f.yml');
  expect(filters).toEqual([]);
  expect(rejected).toEqual([expect.objectContaining({ code, line })]);
});
