import { nearestIn } from './nearest.ts';
import { Points } from './points.ts';
import { Random } from './random.ts';
import { Sampler } from './sampler.ts';
import { attributeIn, scoreIn } from './score.ts';
import { Tree } from './tree.ts';

export interface ForestOptions {
  /** Values of a point. */
  readonly dimensions: number;
  /** Default 50. */
  readonly trees?: number;
  /** Points that each tree keeps. Default 256; 2 to 16,384. */
  readonly sampleSize?: number;
  /** By how much newer points are preferred: the logarithm of a weight grows so much a point. Default 0.1 / `sampleSize`. */
  readonly decay?: number;
  /** The same seed and points give the same scores. Default 0. */
  readonly seed?: number;
}

/**
 * A random cut forest: says how far a point is from those that came before it, and learns from it. Points are finite
 * `Float32Array`s of as many values as it has dimensions.
 */
export class Forest {
  readonly dimensions: number;
  readonly sampleSize: number;
  readonly #points: Points;
  readonly #trees: Tree[] = [];
  readonly #samplers: Sampler[] = [];
  readonly #path: Int16Array;
  /** Points that came. */
  updates = 0;

  constructor({
    dimensions,
    trees = 50,
    sampleSize = 256,
    decay = 0.1 / sampleSize,
    seed = 0,
  }: ForestOptions) {
    this.dimensions = dimensions;
    this.sampleSize = sampleSize;
    this.#points = new Points(dimensions, 2 * sampleSize);
    this.#path = new Int16Array(sampleSize);
    for (let i = 0; i < trees; i++) {
      const random = new Random(seed * 1_000_003 + i);
      this.#trees.push(new Tree(this.#points, random, sampleSize));
      this.#samplers.push(new Sampler(random, sampleSize, decay));
    }
  }

  /** 0 while no tree has a point; else about 1 for a point like the others, and more for one that is far from them. */
  score(point: Float32Array): number {
    if (this.updates === 0) return 0;
    let sum = 0;
    for (let i = 0; i < this.#trees.length; i++)
      sum += scoreIn(this.#trees[i] as Tree, this.#points, point, this.#path);
    return sum / this.#trees.length;
  }

  /**
   * What a score is made of: first for each dimension what comes from the point being above the others, then what comes
   * from its being below. Adds up to the score.
   */
  attribution(point: Float32Array): Float64Array {
    const shares = new Float64Array(2 * this.dimensions);
    if (this.updates === 0) return shares;
    for (const tree of this.#trees) attributeIn(tree, this.#points, point, this.#path, shares);
    return shares.map((share) => share / this.#trees.length);
  }

  /**
   * What a value of a point would be expected to be, by the others: the median, over the trees, of that value in the
   * point that is nearest in all other dimensions where cuts lead. NaN while there is no point.
   */
  expected(point: Float32Array, dimension: number): number {
    if (this.updates === 0) return Number.NaN;
    const found = this.#trees
      .map((tree) => nearestIn(tree, this.#points, point, dimension))
      .sort((a, b) => a - b);
    const middle = found.length >> 1;
    return found.length % 2 === 1
      ? (found[middle] as number)
      : ((found[middle - 1] as number) + (found[middle] as number)) / 2;
  }

  /** Learns a point. */
  update(point: Float32Array): void {
    this.updates++;
    const fresh = this.#points.add(point);
    for (let i = 0; i < this.#trees.length; i++) {
      const sampler = this.#samplers[i] as Sampler;
      if (!sampler.accepts(this.updates)) continue;
      const tree = this.#trees[i] as Tree;
      const gone = sampler.evict();
      if (gone >= 0) {
        tree.remove(gone);
        this.#points.release(gone);
      }
      const place = tree.insert(fresh);
      this.#points.hold(place);
      sampler.add(place);
    }
    this.#points.drop(fresh);
  }

  /** Trees, to look at. */
  get trees(): readonly Tree[] {
    return this.#trees;
  }

  get points(): Points {
    return this.#points;
  }
}
