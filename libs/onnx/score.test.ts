import { expect, it } from 'vitest';
import { createScale } from './score.ts';

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
