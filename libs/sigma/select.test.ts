import { describe, expect, it } from 'vitest';
import {
  parseLevels,
  type RuleSelection,
  recommendedSelection,
  type SelectableRule,
  selectRules,
} from './select.ts';

const rules: readonly SelectableRule[] = [
  {
    id: 'shell',
    level: 'high',
    status: 'test',
    tags: ['attack.execution', 'attack.t1059.001'],
    logsource: { product: 'windows', category: 'process_creation' },
    file: 'sigma/rules/windows/process_creation/shell.yml',
  },
  {
    id: 'web',
    level: 'medium',
    status: 'stable',
    tags: ['attack.T1190', 'attack.t10591'],
    logsource: { category: 'webserver' },
    file: 'sigma\\rules\\web\\web.v2.yml',
  },
  {
    id: 'ssh',
    level: 'critical',
    status: 'experimental',
    tags: [],
    logsource: { product: 'linux', service: 'sshd' },
    file: 'sigma/rules-threat-hunting/linux/ssh.yml',
  },
  { id: 'own', level: 'low', status: null, tags: [], logsource: { product: 'linux' }, file: 'own.yml' },
];

const idsOf = (selection: RuleSelection): string => {
  const selected = selectRules(rules, selection).rules;
  return selected.map(({ id }) => id).join(' ');
};

describe('selectRules', () => {
  const table: [name: string, selection: RuleSelection, ids: string][] = [
    ['nothing asked', {}, 'shell web ssh own'],
    ['empty parts', { levels: [], tags: [] }, 'shell web ssh own'],
    ['levels', { levels: ['high', 'medium'] }, 'shell web'],
    ['statuses, which a rule must state', { statuses: ['stable', 'test', 'experimental'] }, 'shell web ssh'],
    ['products, which a rule must state', { products: ['Windows'] }, 'shell'],
    ['several products', { products: ['windows', 'linux'] }, 'shell ssh own'],
    ['categories', { categories: ['webserver', 'process_creation'] }, 'shell web'],
    ['services', { services: ['sshd'] }, 'ssh'],
    ['a tag', { tags: ['attack.execution'] }, 'shell'],
    ['the first parts of a tag', { tags: ['attack.t1059'] }, 'shell'],
    ['a tag in other case', { tags: ['Attack.t1190'] }, 'web'],
    ['the namespace of tags', { tags: ['attack'] }, 'shell web'],
    ['no part of a segment', { tags: ['att'] }, ''],
    ['a folder', { folders: ['rules'] }, 'shell web'],
    ['a path of folders', { folders: ['rules/windows/'] }, 'shell'],
    ['a path from the start', { folders: ['./sigma/rules'] }, 'shell web'],
    ['a pattern of names', { folders: ['rules-*'] }, 'ssh'],
    ['`*` within one name only', { folders: ['sigma/*/shell.yml'] }, ''],
    ['`**` for any folders', { folders: ['sigma/**/shell.yml'] }, 'shell'],
    ['`**` for no folder', { folders: ['rules/web/**/web.*'] }, 'web'],
    ['`**` at the end', { folders: ['sigma/rules/**'] }, 'shell web'],
    ['`?` for one character', { folders: ['ss?.yml'] }, 'ssh'],
    ['a dot as it is', { folders: ['web?v2.yml', 'own.y.l'] }, 'web'],
    ['every part at once', { levels: ['high', 'critical'], products: ['linux'] }, 'ssh'],
    ['include beside the rest', { products: ['windows'], include: ['own'] }, 'shell own'],
    ['include alone', { include: ['own', 'web'] }, 'web own'],
    ['exclude', { exclude: ['web', 'own'] }, 'shell ssh'],
    ['exclude over include', { include: ['web', 'own'], exclude: ['web'] }, 'own'],
    ['what is recommended', recommendedSelection, 'shell'],
  ];
  it.each(table)('takes by %s', (_, selection, ids) => {
    expect(idsOf(selection)).toBe(ids);
  });

  it('tells of values that no rule fits', () => {
    const { unused } = selectRules(rules, {
      levels: ['informational', 'low'],
      products: ['window'],
      tags: ['attack.t1059'],
      exclude: ['ssh', 'gone'],
    });
    expect(unused).toEqual([
      { part: 'levels', value: 'informational' },
      { part: 'products', value: 'window' },
      { part: 'exclude', value: 'gone' },
    ]);
  });
});

const written: [text: string, levels: readonly string[] | null][] = [
  ['medium+', ['medium', 'high', 'critical']],
  ['medium', ['medium']],
  ['HIGH, low', ['low', 'high']],
  ['low,high+', ['low', 'high', 'critical']],
  ['critical+', ['critical']],
  ['', null],
  ['middling', null],
  ['high,', null],
  ['high++', null],
];
it.each(written)('reads the levels %j', (text, levels) => {
  expect(parseLevels(text)).toEqual(levels);
});
