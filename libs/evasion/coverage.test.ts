import { expect, it } from 'vitest';
import { Coverage } from './coverage.ts';

const words = ['pptx', 'tool'].map((text) => ({ text, edge: 'whole' }) as const);
const value = (...asked: number[]) => ({
  text: asked.map((word) => words[word]?.text).join(' '),
  words: asked,
});
const best = (groups: readonly (readonly ReturnType<typeof value>[])[]): number =>
  new Coverage({ words, rarity: [0.5, 0.5], demands: [{ rule: 0, groups }] }).best(Int32Array.of(0), 1);

it('counts a word once that is asked for of the program and of the line', () => {
  expect(best([[value(0)], [value(0)]])).toBe(best([[value(0)]]));
  expect(best([[value(0)], [value(1)]])).toBeLessThan(best([[value(0)]]));
});
