import { expect, it } from 'vitest';
import { digitChoice, keyGroups, step } from './keymap.ts';

it.each([
  [-1, 1, 3, 0],
  [-1, -1, 3, 0],
  [0, 1, 3, 1],
  [2, 1, 3, 2],
  [0, -1, 3, 0],
  [0, 1, 0, -1],
])('steps from %d by %d of %d to %d', (from, by, length, to) => expect(step(from, by, length)).toBe(to));

it.each([
  ['1', 0],
  ['6', 5],
  ['7', undefined],
  ['0', undefined],
  ['a', undefined],
  ['10', undefined],
])('takes key %s as choice %s of six', (key, choice) => expect(digitChoice(key, 6)).toBe(choice));

const shared = new Set(['Move', 'Everywhere']);

it.each(keyGroups.map(({ title }) => title).filter((title) => !shared.has(title)))(
  'gives each key one meaning within %s',
  (page) => {
    const all = keyGroups
      .filter(({ title }) => title === page || shared.has(title))
      .flatMap(({ keys }) => keys.map((help) => help.keys.join(' ')));
    expect(all.filter((keys, index) => all.indexOf(keys) !== index)).toEqual([]);
  },
);
