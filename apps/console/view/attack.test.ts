import type { RuleRow } from '@tidewatch/api/schemas';
import { describe, expect, it } from 'vitest';
import { attackMatrix, flowingSources, navigatorLayer } from './attack.ts';

const rule = (id: string, tags: string[], more: Partial<RuleRow> = {}): RuleRow => ({
  ...{ id, title: id, level: 'low', state: 'loaded', file: `${id}.yml`, origin: 'shipped' },
  ...{ logsource: 'linux/*/sshd', tags, matches: 0, lastMatch: null },
  ...more,
});
const flows = (logsource: string) => logsource === 'linux/*/sshd';
const rules = [
  rule('a', ['attack.persistence', 'attack.initial_access', 'attack.T1078']),
  rule('b', ['attack.persistence', 'attack.t1078', 'attack.t1098.004'], { logsource: 'windows/*/*' }),
  rule('c', ['attack.t1110'], { matches: 3 }),
  rule('d', ['attack.impact', 'attack.t1485'], { state: 'rejected' }),
];
const reach = (tactic: string) =>
  attackMatrix(rules, flows)
    .find((column) => column.tactic === tactic)
    ?.techniques.map((technique) => [technique.id, technique.reach, technique.rules.map(({ id }) => id)]);

describe('attackMatrix', () => {
  it('puts a technique under each tactic that its rules name, as far as the best of them goes', () => {
    expect(reach('persistence')).toEqual([
      ['T1078', 'flows', ['a', 'b']],
      ['T1098.004', 'rule', ['b']],
    ]);
    expect(reach('initial-access')).toEqual([['T1078', 'flows', ['a']]]);
  });
  it('keeps those without a tactic apart, and leaves out rules that are not loaded', () => {
    expect(reach('')).toEqual([['T1110', 'fired', ['c']]]);
    expect(reach('impact')).toEqual([]);
  });
});

it('knows which log sources flow from the data sets that come', () => {
  const counts = { rules: 1, all: 1, some: 0, none: 0, missing: [], parsed: [] };
  const flowing = flowingSources(
    {
      sources: [
        { logsource: { product: 'linux', service: 'sshd' }, datasets: ['linux.auth'], ...counts },
        { logsource: { product: 'windows' }, datasets: ['windows.security'], ...counts },
        { logsource: { category: 'webserver' }, datasets: [], ...counts },
      ],
    },
    new Set(['linux.auth']),
  );
  expect(['linux/*/sshd', 'windows/*/*', '*/webserver/*', 'event_count'].map(flowing)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it('writes a layer with each technique once, at its furthest', () => {
  const layer = navigatorLayer(attackMatrix(rules, flows)) as {
    versions: object;
    techniques: { techniqueID: string; score: number; comment: string }[];
  };
  expect(layer.versions).toEqual({ layer: '4.5' });
  expect(layer.techniques.map(({ techniqueID, score }) => [techniqueID, score])).toEqual([
    ['T1078', 2],
    ['T1098.004', 1],
    ['T1110', 3],
  ]);
  expect(layer.techniques[0]?.comment).toBe('log source flows; 2 rules: a; b');
});
