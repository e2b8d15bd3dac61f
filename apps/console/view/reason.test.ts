import { describe, expect, it } from 'vitest';
import { explainedItem as item } from './explained_item.fixture.ts';
import { conditionLines, matchedValues, reasonSentence, selectionLines, verbOf } from './reason.ts';

describe('reasonSentence', () => {
  it('names field, verb and value', () =>
    expect(reasonSentence([item({})])).toBe('Fired because process.command_line contains “lsass”.'));
  it('joins a few and counts the rest', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((pattern) => item({ pattern, modifiers: [] }));
    expect(reasonSentence(many.slice(0, 2))).toBe(
      'Fired because process.command_line is “a” and process.command_line is “b”.',
    );
    expect(reasonSentence(many)).toMatch(/is “c” and 2 more conditions\.$/);
  });
  it('says once what holds twice, and only the beginning of a long pattern', () => {
    const pattern = `a${'b'.repeat(500)}`;
    const again = [
      item({ pattern, modifiers: ['re'] }),
      item({ pattern, modifiers: ['re'], selection: 'other' }),
    ];
    expect(reasonSentence(again)).toBe(
      `Fired because process.command_line matches “${pattern.slice(0, 119)}…”.`,
    );
    expect(reasonSentence([...again, item({ pattern: 'c', modifiers: [] })])).toMatch(
      / and process\.command_line is “c”\.$/,
    );
  });
  it('speaks of keywords, absence and nothing at all', () => {
    expect(reasonSentence([item({ field: null, path: 'message', pattern: 'oops' })])).toBe(
      'Fired because the event contains “oops”.',
    );
    expect(reasonSentence([item({ pattern: null, value: null, path: null })])).toBe(
      'Fired because CommandLine is absent.',
    );
    expect(reasonSentence([])).toMatch(/lacks/);
  });
});

it.each([
  [[], 'a*', 'matches'],
  [[], 'a', 'is'],
  [['startswith'], 'a', 'starts with'],
  [['base64offset', 'contains'], 'a', 'holds, in Base64,'],
  [['contains', 'all'], 'a', 'contains'],
])('reads %j on %s as "%s"', (modifiers, pattern, verb) => expect(verbOf({ modifiers, pattern })).toBe(verb));

it('shows a value once, with all that matched on it', () => {
  const values = matchedValues([
    item({ pattern: 'dump', spans: [[0, 4]] }),
    item({ field: 'Image', path: 'process.executable', value: 'x.exe' }),
    item({}),
  ]);
  expect(values.map(({ path, conditions }) => [path, conditions.map(({ number }) => number)])).toEqual([
    ['process.command_line', [1, 3]],
    ['process.executable', [2]],
  ]);
  expect(values[0]?.spans).toEqual([
    [0, 4],
    [5, 10],
  ]);
});

it('finds the lines of conditions and of selections', () => {
  expect([
    ...conditionLines([
      item({ line: 3 }),
      item({ line: null }),
      item({ line: 3 }),
      item({ line: 3, file: 'filter.yml' }),
    ]),
  ]).toEqual([[3, [1, 3]]]);
  const source = [
    'detection:',
    '    filter_main: # parents',
    '        Image: x',
    '    other:',
    "    'quoted':",
  ];
  expect([...selectionLines(source, ['filter_main', 'quoted', 'x'])]).toEqual([2, 5]);
});
