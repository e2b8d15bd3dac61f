import { Random } from '@tidewatch/forest';

/** Rows of numbers of which most are 0: row `i` is `columns` and `values` from `starts[i]` to `starts[i + 1]`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

export interface SolverOptions {
  /** How many columns there are; what weighs for all rows alike is one more. */
  readonly width: number;
  /** What a row on the wrong side costs, for rows of label 1 and of label -1. */
  readonly cost?: readonly [positive: number, negative: number];
  /** Stops when the largest violation of the optimum's conditions is below it. */
  readonly tolerance?: number;
  readonly rounds?: number;
  readonly seed?: number;
}

export interface LinearModel {
  readonly weights: Float64Array;
  readonly bias: number;
  /** Times that all rows were gone over. */
  readonly rounds: number;
}

/**
 * A linear support vector machine with squared hinge loss: dual coordinate descent with shrinking (Hsieh et al., ICML 2008, Algorithm
 * 3, as in LIBLINEAR's solver 1). The bias is a weight as the others, of a column that is 1 everywhere, as scikit-learn's LinearSVC
 * has it. The same seed gives the same weights.
 *
 * @param labels 1 or -1, one a row
 */
export function solveLinear(
  { starts, columns, values }: SparseRows,
  labels: Int8Array,
  { width, cost = [1, 1], tolerance = 1e-2, rounds: most = 1_000, seed = 0 }: SolverOptions,
): LinearModel {
  const random = new Random(seed);
  const count = labels.length;
  const weights = new Float64Array(width);
  let bias = 0;
  const alpha = new Float64Array(count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const loss = [0.5 / cost[1], 0.5 / cost[0]] as const;
  const diagonal = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = 1 + (labels[row] === 1 ? loss[1] : loss[0]);
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++)
      sum += (values[at] as number) ** 2;
    diagonal[row] = sum;
  }
  let active = count;
  let upper = Number.POSITIVE_INFINITY;
  let rounds = 0;
  while (rounds < most) {
    rounds++;
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < active; i++) swap(order, i, i + Math.floor(random.next() * (active - i)));
    for (let i = 0; i < active; i++) {
      const row = order[i] as number;
      const label = labels[row] as number;
      const [from, to] = [starts[row] as number, starts[row + 1] as number];
      const before = alpha[row] as number;
      let gradient = bias;
      for (let at = from; at < to; at++)
        gradient += (weights[columns[at] as number] as number) * (values[at] as number);
      gradient = gradient * label - 1 + before * (label === 1 ? loss[1] : loss[0]);
      if (before === 0 && gradient > upper) {
        swap(order, i--, --active);
        continue;
      }
      const projected = before === 0 ? Math.min(gradient, 0) : gradient;
      highest = Math.max(highest, projected);
      lowest = Math.min(lowest, projected);
      if (Math.abs(projected) < 1e-12) continue;
      const after = Math.max(before - gradient / (diagonal[row] as number), 0);
      alpha[row] = after;
      const step = (after - before) * label;
      bias += step;
      for (let at = from; at < to; at++) {
        const column = columns[at] as number;
        weights[column] = (weights[column] as number) + step * (values[at] as number);
      }
    }
    if (highest - lowest <= tolerance) {
      if (active === count) break;
      active = count;
      upper = Number.POSITIVE_INFINITY;
    } else upper = highest <= 0 ? Number.POSITIVE_INFINITY : highest;
  }
  return { weights, bias, rounds };
}

function swap(order: Int32Array, i: number, j: number): void {
  const kept = order[i] as number;
  order[i] = order[j] as number;
  order[j] = kept;
}
