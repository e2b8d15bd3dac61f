import { expect, it } from 'vitest';
import { createScale, isNear } from './score.ts';

const scale = { quantiles: [0, 0, 1, 3] };
it.each<[string, Parameters<typeof createScale>[0], readonly [raw: number, score: number][]]>([
  [
    'by quantiles: the share that lies below',
    { scale, orientation: 'higher' },
    [
      [-1, 0],
      [0, 0],
      [0.5, 0.5],
      [1, 2 / 3],
      [2, 5 / 6],
      [9, 1],
    ],
  ],
  [
    'where low is odd',
    { scale, orientation: 'lower' },
    [
      [0.5, 0.5],
      [2, 1 / 6],
      [9, 0],
    ],
  ],
  [
    'by the logistic function',
    { scale: 'logistic', orientation: 'higher' },
    [
      [0, 0.5],
      [2, 0.880797],
      [-800, 0],
    ],
  ],
  [
    'not at all, but for what rounding adds',
    { scale: 'none', orientation: 'higher' },
    [
      [0.25, 0.25],
      [1 + 1e-7, 1],
      [-1e-7, 0],
    ],
  ],
])('scales %s', (_, options, cases) => {
  const scaled = createScale(options);
  for (const [raw, score] of cases) expect(scaled(raw, 0)).toBeCloseTo(score, 6);
});

it('takes the last digit of a raw score between quantiles that are nearly the same for no other score', () => {
  const steep = {
    scale: { quantiles: [0.5, 1, 1 + 1e-7, 3, 4] },
    orientation: 'higher' as 'higher' | 'lower',
  };
  const scaled = createScale(steep);
  const [one, other] = [scaled(1, 0), scaled(1 + 1e-7, 0)];
  expect(Math.abs(one - other)).toBeCloseTo(0.25);
  expect(isNear(steep, one, other, 1e-5)).toBe(true);
  expect(isNear(steep, scaled(1.001, 0), one, 1e-5)).toBe(false);
  expect(isNear(steep, 1, 0, 1e-5)).toBe(false);
  const lower = { ...steep, orientation: 'lower' as const };
  expect(isNear(lower, 1 - one, 1 - other, 1e-5)).toBe(true);
  expect(isNear({ scale: 'none', orientation: 'higher' }, 0.25, 0.5, 1e-5)).toBe(false);
  expect(isNear(steep, Number.NaN, one, 1e-5)).toBe(false);
});

it('tells scores apart whose raw scores are all far from 0 and close to each other', () => {
  const narrow = { scale: { quantiles: [1_000, 1_000.002, 1_000.005] }, orientation: 'higher' as const };
  expect(isNear(narrow, 0, 1, 1e-5)).toBe(false);
  expect(isNear({ ...narrow, scale: { quantiles: [7, 7] } }, 0, 1, 1e-5)).toBe(false);
  expect(isNear(narrow, 0.5, 0.505, 1e-5)).toBe(true);
});
