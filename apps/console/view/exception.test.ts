import type { AlertMatch, ExplainedItem } from '@tidewatch/api/schemas';
import { describe, expect, it } from 'vitest';
import {
  addPreviews,
  type Choice,
  choicesFor,
  conditionsOf,
  exceptionClauses,
  expiryOf,
  isPlain,
  previewSentence,
  silencedSentence,
} from './exception.ts';
import { explainedItem as item } from './explained_item.fixture.ts';

const matchOf = (items: ExplainedItem[], event: Record<string, unknown> = {}): AlertMatch => ({
  id: 'm',
  time: 0,
  event,
  explanation: { engine: 'sigma', condition: 'selection', items, absent: [] },
});
const shown = (choices: readonly Choice[]) =>
  choices.map(({ field, comparison, value, chosen }) => [field, comparison, value, chosen]);
const choice = (over: Partial<Choice>): Choice => ({
  key: 'k',
  chosen: true,
  field: 'host.name',
  comparison: 'is',
  value: 'db-1',
  ...over,
});

describe('choicesFor', () => {
  const key = [
    { field: 'host.name', value: 'db-1' },
    { field: 'user.name', value: 'ana' },
  ];
  it('are whom the alert is about as the event has it, and each value that was found, once', () => {
    const event = { host: { name: 'db-1' }, user: { name: ['CORP\\ana'] } };
    const found = [item({}), item({ pattern: 'now' }), item({ field: 'host.name', value: 'db-1' })];
    expect(shown(choicesFor({ key }, matchOf(found, event)))).toEqual([
      ['host.name', 'is', 'db-1', true],
      ['user.name', 'is', 'CORP\\ana', true],
      ['CommandLine', 'is', 'dump lsass now', true],
    ]);
  });
  it('leave out what no event could match, and take the found part of what is very long', () => {
    const long = `${'x'.repeat(5)}lsass${'x'.repeat(1_000)}`;
    const found = [
      item({ field: null, path: 'message', value: long }),
      item({ value: long, spans: [] }),
      item({ path: null, value: null }),
    ];
    expect(shown(choicesFor({ key }, matchOf(found)))).toEqual([['message', 'contains', 'lsass', true]]);
  });
  it('are the group of a correlation', () => {
    const explanation: AlertMatch['explanation'] = {
      ...{ engine: 'correlation', type: 'event_count', condition: '>= 3', fields: [], timespanMs: 1 },
      ...{ from: 0, to: 0, events: 3, value: 3, rules: [], sample: [] },
    };
    expect(shown(choicesFor({ key }, { ...matchOf([]), explanation }))).toHaveLength(2);
  });
});

it('conditionsOf takes what is chosen and says something', () => {
  const choices = [
    choice({}),
    choice({ chosen: false }),
    choice({ value: '' }),
    choice({ field: 'url.path', comparison: 'startswith', value: '/a' }),
  ];
  expect(conditionsOf(choices)).toEqual([
    { field: 'host.name', values: ['db-1'] },
    { field: 'url.path', values: ['/a'], modifier: 'startswith' },
  ]);
});

it.each<[Choice[], boolean, string]>([
  [[choice({})], false, 'Events in which host.name is “db-1” will not match “R” any more.'],
  [
    [choice({}), choice({ field: 'a', comparison: 'endswith', value: 'x' }), choice({ field: 'b' })],
    false,
    'Events in which host.name is “db-1”, a ends with “x” and b is “db-1” will not match “R” any more.',
  ],
  [
    [choice({ value: 'y'.repeat(90) })],
    true,
    `Events in which host.name is “${'y'.repeat(79)}…” will not count for “R” any more, nor for anything else that builds on its rules.`,
  ],
  [[choice({ chosen: false })], false, 'Choose at least one condition: with none, the rule would be off.'],
])('silencedSentence of %j', (choices, isCorrelation, sentence) => {
  expect(silencedSentence(choices, 'R', isCorrelation)).toBe(sentence);
});

const item1 = (over: object = {}) => ({ field: 'host.name', modifiers: [], values: ['db-1'], ...over });
const c = (selection: string, ...items: object[]) => ({
  selection,
  alternatives: items.length === 0 ? [[item1()]] : items.map((over) => [item1(over)]),
});
it.each([
  [[c('c1')], 'not c1', true, 'host.name is “db-1”'],
  [
    [c('c1'), c('c2', { field: 'a', modifiers: ['contains'], values: ['x', 'y'] })],
    'not (c1 and c2)',
    true,
    'host.name is “db-1” and a contains “x” or “y”',
  ],
  [
    [c('c1'), c('c2', { field: null })],
    'not (c1 or c2)',
    false,
    'host.name is “db-1” and the event contains “db-1”',
  ],
  [[c('c1', { values: ['C:\\a\\\\\\?'] })], 'not c1', true, 'host.name is “C:\\a\\?”'],
  [[c('c1', { values: ['\\\\*', 'b'] })], 'not c1', true, 'host.name matches “\\\\*” or “b”'],
  [[c('c1', { modifiers: ['re'], values: ['a\\?*'] })], 'not c1', true, 'host.name matches “a\\?*”'],
  [[c('c1', {}, { field: 'a' })], 'not c1', true, 'either host.name is “db-1” or a is “db-1”'],
  [
    [{ selection: 's', alternatives: [[item1(), item1({ field: 'a', values: [null] })]] }],
    'not 1 of s*',
    false,
    'host.name is “db-1” and a is nothing',
  ],
])('an exception of %j under `%s`', (conditions, condition, plain, clauses) => {
  expect(isPlain({ condition, conditions })).toBe(plain);
  expect(exceptionClauses({ conditions })).toBe(clauses);
});

it.each([
  ['never', '', null],
  ['7', '', 604_800_000],
  ['date', '', undefined],
  ['date', '2026-12-31', new Date(2027, 0, 1).getTime()],
] as const)('expiryOf %s %s', (term, date, time) => {
  expect(expiryOf(term, date, 0)).toBe(time);
});

it('says what an exception would have hidden, and that real ones were among it', () => {
  const told = { total: 3, looked: 3, hidden: 2, truePositives: 0, partly: 0, sampled: 0 };
  expect(previewSentence(told)).toBe(
    'It would have hidden 2 of 3 alerts of the rule; none of them closed as true positive.',
  );
  expect(previewSentence({ ...told, total: 4_000, truePositives: 1, partly: 1, sampled: 1 })).toBe(
    'It would have hidden 2 of the newest 3 alerts of 4,000 of the rule; 1 closed as true positive. 1 other would have had fewer matches. 1 hidden is judged by the matches that are kept of it.',
  );
  expect(addPreviews([told, { ...told, total: 5, truePositives: 1 }])).toEqual({
    ...{ total: 5, looked: 6, hidden: 4, truePositives: 1, partly: 0, sampled: 0 },
  });
  expect(previewSentence({ ...told, hidden: 0 })).toBe('It would have hidden none of 3 alerts of the rule.');
  expect(previewSentence({ ...told, looked: 0 })).toBe('The rule has no alerts yet.');
});
