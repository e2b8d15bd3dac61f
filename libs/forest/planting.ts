import { UnreadableState } from './bytes.ts';
import type { Points } from './points.ts';
import type { Random } from './random.ts';
import type { Trees } from './trees.ts';

/**
 * Makes a tree of points at once, as likely as {@link Trees.insert} would one by one, in a fraction of the time.
 *
 * @param tree has no point yet
 * @param places of its points, no two of the same values; put in another order
 * @returns the leaf of each, within the tree, in the order that `places` then has
 */
export function plant(
  trees: Trees,
  tree: number,
  points: Points,
  random: Random,
  places: Int32Array,
): Int16Array {
  const { values, starts, dimensions } = points;
  const low = new Float32Array(dimensions);
  const high = new Float32Array(dimensions);
  const leaves = new Int16Array(places.length);
  trees.root[tree] = grow(0, places.length);
  return leaves;

  /** Of the points from one to before another. Answers the child that they are. */
  function grow(from: number, to: number): number {
    if (to - from === 1) {
      const leaf = trees.newLeaf(tree, places[from] as number) - tree * trees.capacity;
      leaves[from] = leaf;
      return ~leaf;
    }
    const [dimension, value] = cut(from, to);
    const node = trees.newNode(tree);
    const inner = tree * (trees.capacity - 1) + node;
    trees.cutDimension[inner] = dimension;
    trees.cutValue[inner] = value;
    let middle = from;
    for (let i = from; i < to; i++) {
      const place = places[i] as number;
      if ((values[(starts[place] as number) + dimension] as number) > value) continue;
      places[i] = places[middle] as number;
      places[middle++] = place;
    }
    trees.left[inner] = grow(from, middle);
    trees.right[inner] = grow(middle, to);
    return node;
  }

  /** A cut through the box around points, by chance. */
  function cut(from: number, to: number): [dimension: number, value: number] {
    low.fill(Number.POSITIVE_INFINITY);
    high.fill(Number.NEGATIVE_INFINITY);
    for (let i = from; i < to; i++) {
      const at = starts[places[i] as number] as number;
      for (let d = 0; d < dimensions; d++) {
        const value = values[at + d] as number;
        if (value < (low[d] as number)) low[d] = value;
        if (value > (high[d] as number)) high[d] = value;
      }
    }
    let span = 0;
    for (let d = 0; d < dimensions; d++) span += (high[d] as number) - (low[d] as number);
    if (!(span > 0)) throw new UnreadableState('A tree has the same point twice.');
    let rest = random.next() * span;
    let dimension = 0;
    for (let d = 0; d < dimensions; d++) {
      const length = (high[d] as number) - (low[d] as number);
      if (length === 0) continue;
      dimension = d;
      if (rest < length) break;
      rest -= length;
    }
    const bottom = low[dimension] as number;
    const value = Math.fround(bottom + rest);
    return [dimension, value >= (high[dimension] as number) || value < bottom ? bottom : value];
  }
}
