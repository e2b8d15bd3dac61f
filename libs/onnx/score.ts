import type { ManifestOf } from '@tidewatch/models';
import { onnxErrors } from './errors.ts';

type Onnx = ManifestOf<'onnx'>['onnx'];

/** Scores of rows, in their order. */
export interface RowScores {
  /** 0 to 1, the odder the higher. */
  readonly scores: Float32Array;
  /**
   * Rows × features: each feature's part of the score; the parts of a row sum to its score. Where the score is a reconstruction's error,
   * a feature's part is its share of the squared error, as the scale from errors to scores is not linear.
   */
  readonly contributions?: Float32Array;
  /** Rows × columns: what a reconstruction expected, in units of the rows. */
  readonly expected?: Float32Array;
}

/** What float32 may be beside 0 to 1. */
const rounding = 1e-6;

/** How raw scores become scores. It throws ONNX_NOT_FINITE and ONNX_RANGE. */
export function createScale({ scale, orientation }: Pick<Onnx, 'scale' | 'orientation'>) {
  const scaled = scaling(scale);
  return (raw: number, row: number): number => {
    if (!Number.isFinite(raw)) throw onnxErrors.ONNX_NOT_FINITE({ row, value: String(raw) });
    const score = scaled(raw);
    if (score < -rounding || score > 1 + rounding) throw onnxErrors.ONNX_RANGE({ row, value: raw });
    const share = Math.min(1, Math.max(0, score));
    return orientation === 'lower' ? 1 - share : share;
  };
}

function scaling(scale: Onnx['scale']): (raw: number) => number {
  if (scale === 'none') return (raw) => raw;
  if (scale === 'logistic') return (raw) => 1 / (1 + Math.exp(-raw));
  const values = Float64Array.from(scale.quantiles);
  return (raw) => shareBelow(values, raw);
}

/** The share of a distribution below a value, given its quantiles evenly spaced in rank; between two of them it is interpolated. */
export function shareBelow(quantiles: Float64Array, value: number): number {
  let from = 0;
  let to = quantiles.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((quantiles[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  if (from === 0) return 0;
  if (from === quantiles.length) return 1;
  const below = quantiles[from - 1] as number;
  const above = quantiles[from] as number;
  return (from - 1 + (value - below) / (above - below)) / (quantiles.length - 1);
}

/** The value that such a share lies below: {@link shareBelow} backwards. */
export function valueAt(quantiles: readonly number[], share: number): number {
  const rank = share * (quantiles.length - 1);
  const below = Math.min(Math.floor(rank), quantiles.length - 2);
  const [from = 0, to = 0] = [quantiles[below], quantiles[below + 1]];
  return from + (rank - below) * (to - from);
}

/**
 * Whether a score is the one that is expected. By quantiles a raw score may differ as well by so much of itself: where two of them are
 * nearly the same, what the last digit of a float32 is on another processor moves the share by whole steps. All of
 * them may lie that close, far from 0: it is no more than a hundredth of their range.
 */
export function isNear(
  { scale, orientation }: Pick<Onnx, 'scale' | 'orientation'>,
  score: number,
  expected: number,
  tolerance: number,
): boolean {
  if (Math.abs(score - expected) <= tolerance) return true;
  if (typeof scale !== 'object') return false;
  const [raw, wanted] = [score, expected].map((share) =>
    valueAt(scale.quantiles, orientation === 'lower' ? 1 - share : share),
  ) as [number, number];
  const range = (scale.quantiles.at(-1) as number) - (scale.quantiles[0] as number);
  return range > 0 && Math.abs(raw - wanted) <= Math.min(tolerance * Math.abs(wanted), range / 100);
}

/**
 * Adds up how far a row is from its reconstruction.
 *
 * @param features the feature of each column
 * @param weights what the error of each column is multiplied by
 * @param into parts of the squared error by feature, at `at`; their sum is given back. Mean over columns.
 */
export function reconstructionError(
  row: Float32Array,
  expected: ArrayLike<number>,
  start: number,
  features: readonly number[],
  weights: Float64Array,
  into: Float32Array,
  at: number,
): number {
  let sum = 0;
  for (let column = 0; column < features.length; column++) {
    const error =
      (weights[column] as number) * ((row[start + column] as number) - (expected[start + column] as number));
    const off = (error * error) / features.length;
    const part = at + (features[column] as number);
    into[part] = (into[part] as number) + off;
    sum += off;
  }
  return sum;
}
