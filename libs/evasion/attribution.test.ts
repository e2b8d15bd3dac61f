import { expect, it } from 'vitest';
import { Evasion } from './index.ts';

const words = ['reg', 'save', 'sam'].map((text) => ({ text, edge: 'whole' }) as const);
const evasion = new Evasion({
  type: 'process',
  rules: [{ id: 'r1', title: 'Hive saved' }],
  outline: {
    words,
    rarity: [0.25, 0.5, 1],
    demands: [
      {
        rule: 0,
        groups: [
          [{ text: 'reg save', words: [0, 1] }],
          [
            { text: '\\sam*', words: [2] },
            { text: 'save sam', words: [1, 2] },
          ],
        ],
      },
    ],
  },
  weights: [1, 0.5, -1],
  bias: 0,
  benignLimit: 1,
  blend: { margin: 1, coverage: 1, bias: 0 },
  threshold: 0.5,
  familiarity: 0,
  known: [],
  cleared: [],
});
const wantedOf = (line: string) => evasion.attribute(line).rules.flatMap(({ wanted }) => wanted);

it('says in which pieces of a line the words of a value stand, and nothing of what it says as it is written', () => {
  expect(wantedOf('r^eg  /y sa^ve\tHKLM\\SAM r""eg')).toEqual([
    { value: 'reg save', instead: 'r^eg sa^ve r""eg' },
  ]);
  expect(wantedOf('REG SAVE hklm/s^am')).toEqual([{ value: '\\sam*', instead: 'hklm/s^am' }]);
  expect(wantedOf('reg /y sam')).toEqual([
    { value: 'reg save', instead: 'reg' },
    { value: '\\sam*', instead: 'sam' },
  ]);
  expect(wantedOf('save it')).toEqual([
    { value: 'reg save', instead: 'save' },
    { value: 'save sam', instead: 'save' },
  ]);
});

it('names the tokens that made the score, the weightiest first', () => {
  expect(evasion.attribute('sam reg save other').tokens).toEqual(['reg', 'sam', 'save']);
});
