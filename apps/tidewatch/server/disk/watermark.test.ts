import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Standing, standingOf, standings, untilHigh } from './watermark.ts';

const marks = { low: 0.8, high: 0.9 };

it.each([
  ['below', 0.79, 'below'],
  ['below', 0.8, 'low'],
  ['below', 0.95, 'high'],
  ['low', 1.2, 'full'],
  // Falls only when it is clearly below.
  ['full', 0.96, 'full'],
  ['full', 0.94, 'high'],
  ['high', 0.86, 'high'],
  ['high', 0.84, 'low'],
  ['low', 0.76, 'low'],
  ['low', 0.74, 'below'],
  ['full', 0.1, 'below'],
] as [Standing, number, Standing][])('from %s, %d of the budget stands %s', (before, share, after) => {
  expect(standingOf(share, before, marks)).toBe(after);
});

it.each([
  [{ budget: 100, held: 50, share: 0.5 }, 40],
  [{ budget: 100, held: 95, share: 0.95 }, 0],
  // A volume with a reserve of 20, of which others fill most.
  [{ budget: 980, held: 920, share: 0.7 }, 40],
])('says of %o what may come before the high watermark', (row, room) => {
  expect(untilHigh(row, marks.high)).toBeCloseTo(room, 6);
});

it('never stands below what its share alone says, and does not change its mind', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.constantFrom(...standings),
      (share, before) => {
        const after = standingOf(share, before, marks);
        const alone = standingOf(share, 'below', marks);
        expect(standings.indexOf(after)).toBeGreaterThanOrEqual(standings.indexOf(alone));
        expect(standingOf(share, after, marks)).toBe(after);
      },
    ),
  );
});
