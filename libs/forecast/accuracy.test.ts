import { expect, it } from 'vitest';
import { coverage, mase, msis, naive2, naiveScale, smape } from './accuracy.ts';

const of = (...values: number[]): Float64Array => Float64Array.from(values);

it('are the measures of the M4 competition, by hand', () => {
  expect(smape(of(100, 200), of(110, 180))).toBeCloseTo((200 * (10 / 210 + 20 / 380)) / 2);
  expect(smape(of(0), of(0))).toBe(0);
  const scale = naiveScale(of(1, 2, 4, 7), 1);
  expect(scale).toBe(2);
  expect(mase(of(8, 9), of(7, 7), scale)).toBe(0.75);
  expect(msis(of(8, 20), of(7, 7), of(9, 9), scale, 0.95)).toBeCloseTo((2 + 2 + 40 * 11) / 2 / 2);
  expect(coverage(of(8, 20, Number.NaN), of(7, 7, 7), of(9, 9, 9))).toBe(0.5);
});

it('Naive2 is the last value, with the season where there is one', () => {
  expect([...naive2(of(3, 5), 1, false, 3)]).toEqual([5, 5, 5]);
  const season = Float64Array.from({ length: 40 }, (_, t) => [10, 20, 30, 20][t % 4] as number);
  for (const [step, value] of naive2(season, 4, true, 4).entries())
    expect(value).toBeCloseTo([10, 20, 30, 20][step] as number);
});
