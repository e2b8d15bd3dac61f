import { nearestIn } from './nearest.ts';
import { Points } from './points.ts';
import { Random } from './random.ts';
import { Samples } from './samples.ts';
import { attributeIn, type ScoreName, scaleOf, scoreIn } from './score.ts';
import { Trees } from './trees.ts';

export interface ForestOptions {
  /** Values of a point, 1 to 32,767. */
  readonly dimensions: number;
  /** Default 50. */
  readonly trees?: number;
  /** Points that each tree keeps. Default 256; 2 to 16,384. */
  readonly sampleSize?: number;
  /** By how much newer points are preferred: the logarithm of a weight grows so much a point. Default 0.1 / `sampleSize`. */
  readonly decay?: number;
  /** The same seed and points give the same scores. Default 0. */
  readonly seed?: number;
  /** Whether trees keep the boxes around their points. Without, a forest takes a fifth of the memory, and longer. Default true. */
  readonly boxes?: boolean;
  /** What scores are made of. `displacement` takes up to twice as long. Default `depth`. */
  readonly score?: ScoreName;
}

/**
 * A random cut forest: says how far a point is from those that came before it, and learns from it. Points are finite
 * `Float32Array`s of as many values as it has dimensions.
 */
export class Forest {
  readonly options: Required<ForestOptions>;
  readonly points: Points;
  readonly random: Random;
  readonly trees: Trees;
  readonly samples: Samples;
  /** Points that came. */
  updates = 0;

  constructor({
    dimensions,
    trees = 50,
    sampleSize = 256,
    decay = 0.1 / sampleSize,
    seed = 0,
    boxes = true,
    score = 'depth',
  }: ForestOptions) {
    this.options = { dimensions, trees, sampleSize, decay, seed, boxes, score };
    this.points = new Points(dimensions, 2 * sampleSize);
    this.random = new Random(seed);
    this.trees = new Trees(this.points, this.random, { count: trees, capacity: sampleSize, boxes });
    this.samples = new Samples(this.random, trees, sampleSize, decay);
  }

  /**
   * 0 while there is no point. By depth about 1 for a point like the others, and more for one that is far from them; by
   * displacement from 0 to 1: the share of the others that would stand one deeper, were it inserted.
   */
  score(point: Float32Array): number {
    if (this.updates === 0) return 0;
    this.#ask(point);
    this.trees.boxes.bring(0, this.trees.count);
    const { size } = this.samples;
    const { score } = this.options;
    return (scoreIn(this.trees, score, size) / this.trees.count) * scaleOf(score, size);
  }

  /**
   * What a score is made of: first for each dimension what comes from the point being above the others, then what comes
   * from its being below. Adds up to the score.
   */
  attribution(point: Float32Array): Float64Array {
    const { dimensions, score } = this.options;
    const shares = new Float64Array(2 * dimensions);
    if (this.updates === 0) return shares;
    this.#ask(point);
    this.trees.boxes.bring(0, this.trees.count);
    const { size } = this.samples;
    for (let tree = 0; tree < this.trees.count; tree++)
      attributeIn(this.trees, tree, score, size, dimensions, shares);
    const scale = scaleOf(score, size) / this.trees.count;
    return shares.map((share) => share * scale);
  }

  /**
   * What values of a point would be expected to be, by the others: for each the median, over the trees, of that value in
   * the point that is nearest in all other dimensions where cuts lead. NaN while there is no point.
   *
   * @param of dimensions; what the point has there is not looked at
   */
  expected(point: Float32Array, of: readonly number[]): Float64Array {
    if (this.updates === 0) return new Float64Array(of.length).fill(Number.NaN);
    const { dimensions } = this.options;
    this.trees.boxes.seat();
    const missing = new Uint8Array(dimensions);
    for (const dimension of of) missing[dimension] = 1;
    const { count } = this.trees;
    const { values, starts } = this.points;
    const found = new Float64Array(of.length * count);
    for (let tree = 0; tree < count; tree++) {
      const place = nearestIn(this.trees, tree, this.points, point, missing);
      for (let i = 0; i < of.length; i++)
        found[i * count + tree] = values[(starts[place] as number) + (of[i] as number)] as number;
    }
    return Float64Array.from(of, (_, i) => median(found.subarray(i * count, (i + 1) * count)));
  }

  /** Learns a point. */
  update(point: Float32Array): void {
    const { points, trees, samples } = this;
    this.#ask(point);
    this.updates++;
    const fresh = points.add(point);
    if (!samples.full) {
      for (let tree = 0; tree < trees.count; tree++)
        samples.add(tree, this.#insert(tree, fresh), this.updates);
      samples.grown(this.updates);
    } else {
      samples.next(this.updates);
      for (let tree = 0; tree < trees.count; tree++) {
        if (!samples.accepts(tree)) continue;
        this.#remove(tree, samples.least(tree));
        this.#ask(point);
        samples.replace(tree, this.#insert(tree, fresh), this.updates);
      }
    }
    points.drop(fresh);
  }

  /** Answers the leaf, within its tree. */
  #insert(tree: number, place: number): number {
    const leaf = this.trees.insert(tree, place);
    this.points.hold(this.trees.place[leaf] as number);
    return leaf - tree * this.trees.capacity;
  }

  #remove(tree: number, own: number): void {
    const leaf = tree * this.trees.capacity + own;
    const place = this.trees.place[leaf] as number;
    this.trees.boxes.room.ask(this.points.values, this.points.starts[place] as number);
    this.trees.remove(tree, leaf);
    this.points.release(place);
  }

  #ask(point: Float32Array): void {
    const { boxes } = this.trees;
    boxes.seat();
    boxes.room.ask(point, 0);
  }
}

function median(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1
    ? (values[middle] as number)
    : ((values[middle - 1] as number) + (values[middle] as number)) / 2;
}
