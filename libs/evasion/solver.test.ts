import { Random } from '@tidewatch/forest';
import { expect, it } from 'vitest';
import { solveLinear } from './solver.ts';

/** Rows of a few ones, labelled by a hidden plane, a tenth of them wrongly. */
function rowsOf(count: number, width: number, seed: number) {
  const random = new Random(seed);
  const plane = Array.from({ length: width }, () => random.next() - 0.5);
  const columns: number[] = [];
  const starts = [0];
  const labels = new Int8Array(count);
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++)
      if (random.next() < 0.1) {
        columns.push(column);
        sum += plane[column] as number;
      }
    starts.push(columns.length);
    labels[row] = sum > 0 === random.next() < 0.9 ? 1 : -1;
  }
  const rows = {
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns),
    values: new Float64Array(columns.length).fill(1),
  };
  return { rows, labels };
}

/** What is minimised: half the squared weights, bias included, and each row's squared hinge loss. */
function objective({ rows, labels }: ReturnType<typeof rowsOf>, weights: Float64Array, bias: number): number {
  let sum = (weights.reduce((all, weight) => all + weight * weight, 0) + bias * bias) / 2;
  for (let row = 0; row < labels.length; row++) {
    let margin = bias;
    for (let at = rows.starts[row] as number; at < (rows.starts[row + 1] as number); at++)
      margin += weights[rows.columns[at] as number] as number;
    sum += Math.max(0, 1 - (labels[row] as number) * margin) ** 2;
  }
  return sum;
}

it('finds the lowest point, from which every step is uphill', () => {
  const problem = rowsOf(400, 20, 1);
  const { weights, bias } = solveLinear(problem.rows, problem.labels, { width: 20, tolerance: 1e-6 });
  const least = objective(problem, weights, bias);
  for (let column = 0; column < 20; column++)
    for (const step of [-0.01, 0.01]) {
      const moved = weights.slice();
      moved[column] = (moved[column] as number) + step;
      expect(objective(problem, moved, bias)).toBeGreaterThan(least);
    }
  for (const step of [-0.01, 0.01]) expect(objective(problem, weights, bias + step)).toBeGreaterThan(least);
});

it('gives the same weights for the same seed', () => {
  const { rows, labels } = rowsOf(200, 10, 2);
  const solve = (seed: number) => [...solveLinear(rows, labels, { width: 10, seed }).weights];
  expect(solve(3)).toEqual(solve(3));
  expect(solve(3)).not.toEqual(solve(4));
});
