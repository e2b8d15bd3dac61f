import type { RuleRow } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { chosenRules, falsePositiveRate, verdictsById, verdictWords, withKeptAlerts } from './rule-view.ts';

const rule = (id: string, more: Partial<RuleRow> = {}): RuleRow => ({
  ...{ id, title: id, level: 'low', state: 'loaded', file: `${id}.yml`, origin: 'shipped' },
  ...{ logsource: 'linux/*/sshd', tags: [], matches: 0, lastMatch: null },
  ...more,
});
const rules = [
  rule('quiet'),
  rule('busy', { matches: 9 }),
  rule('bad', { state: 'rejected', reason: 'line 3: no title' }),
  rule('held', { quarantine: { cause: 'cost', reason: 'too dear', since: 1 } }),
  rule('grave', { level: 'high', tags: ['attack.t1110'] }),
];
const verdicts = verdictsById({
  rules: [
    { id: 'busy', alerts: 7, last: 50, closed: 4, falsePositives: 1 },
    { id: 'grave', alerts: 3, last: 90, closed: 2, falsePositives: 2 },
  ],
});
const ids = (...[view, words]: [Parameters<typeof chosenRules>[1], string]) =>
  chosenRules(rules, view, words, verdicts).map(({ id }) => id);

it('puts first what does not run, then what matches', () =>
  expect(ids('all', '')).toEqual(['held', 'bad', 'busy', 'grave', 'quiet']));

it('finds by words anywhere, also in a reason or tag', () => {
  expect(ids('all', 'NO title')).toEqual(['bad']);
  expect(ids('all', 't1110 high')).toEqual(['grave']);
  expect(ids('loaded', 'too dear')).toEqual([]);
});

it('shows the noisiest first, and only those', () => expect(ids('noisy', '')).toEqual(['grave', 'busy']));

it('says how often a rule was wrong, and nothing where nobody said', () => {
  expect(falsePositiveRate(verdicts.get('busy'))).toBe(0.25);
  expect(verdictWords(verdicts.get('busy'))).toBe('1 false positive of 4 closed alerts.');
  expect(falsePositiveRate(verdicts.get('quiet'))).toBeNull();
});

it('remembers by alerts that are kept what matched before the server’s start', () => {
  const told = withKeptAlerts([...rules, rule('grave', { state: 'rejected' })], verdicts);
  expect(told.map(({ id, matches, lastMatch }) => [id, matches, lastMatch])).toEqual([
    ['quiet', 0, null],
    ['busy', 9, 50],
    ['bad', 0, null],
    ['held', 0, null],
    ['grave', 3, 90],
    ['grave', 0, null],
  ]);
});
