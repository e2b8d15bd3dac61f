import { Random } from '@tidewatch/forest';
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

it('finds the nearest rules, each once by its best way', () => {
  const random = new Random(4);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const several = <T>(most: number, make: () => T) => Array.from({ length: 1 + below(most) }, make);
  const many = Array.from({ length: 30 }, (_, i) => ({ text: `w${i}`, edge: 'whole' }) as const);
  const rarity = many.map(() => 0.1 + random.next());
  const demands = Array.from({ length: 60 }, () => ({
    rule: below(20),
    groups: several(3, () =>
      several(2, () => {
        const asked = [...new Set(several(3, () => below(many.length)))];
        return { text: asked.join(' '), words: asked };
      }),
    ),
  }));
  const coverage = new Coverage({ words: many, rarity, demands });
  for (let line = 0; line < 40; line++) {
    const found = Int32Array.from(new Set(several(8, () => below(many.length))));
    const shareOf = (of: typeof demands) =>
      new Coverage({ words: many, rarity, demands: of }).best(found, found.length);
    coverage.best(found, found.length);
    const all = coverage.nearest(100);
    const shares = new Map(all.map(({ rule, share }) => [rule, share]));
    expect(shares.size).toBe(all.length);
    for (let rule = 0; rule < 20; rule++)
      expect(shares.get(rule) ?? 0).toBeCloseTo(
        shareOf(demands.filter((demand) => demand.rule === rule)),
        12,
      );
    for (const { demand, share } of all)
      expect(share).toBeCloseTo(shareOf([demands[demand] as (typeof demands)[number]]), 12);
    expect(all).toEqual(all.toSorted((a, b) => b.share - a.share || a.rule - b.rule));
    for (const most of [1, 4, 10]) expect(coverage.nearest(most)).toEqual(all.slice(0, most));
  }
});
