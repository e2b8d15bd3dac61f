import { expect, it } from 'vitest';
import { countOf, endOf, stack } from './stack.ts';

const histogram = {
  from: 0,
  to: 20,
  stepMs: 10,
  buckets: [
    { start: 0, count: 3, split: { high: 1, low: 2 } },
    { start: 10, count: 1, split: { low: 1 } },
  ],
};
const series = ['high', 'low'].map((key) => ({ key, label: key, colour: `--${key}` }));

it('adds each series to those below it, the tallest first', () =>
  expect(stack(histogram, series)).toEqual([
    [0, 10],
    [3, 1],
    [1, 0],
  ]));

it('knows a bucket that is longer than others by the next', () => {
  const buckets = [0, 10, 21].map((start) => ({ start, count: 1 }));
  expect(buckets.map((_, i) => endOf({ ...histogram, buckets }, i))).toEqual([10, 21, 31]);
});

it('shows the whole bucket where there is one series', () => {
  const one = [{ key: 'events', label: 'Events', colour: '--accent' }];
  expect(stack({ ...histogram, buckets: [{ start: 0, count: 7 }] }, one)).toEqual([[0], [7]]);
  expect(countOf({ start: 0, count: 7 }, 'absent', false)).toBe(0);
});
