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
  const lows = new Float64Array(dimensions);
  const highs = new Float64Array(dimensions);
  const leaves = new Int16Array(places.length);
  // The cut that was drawn last.
  let dimension = 0;
  let value = 0;
  trees.root[tree] = grow(0, places.length);
  return leaves;

  /** Of the points from one to before another. Answers the child that they are. */
  function grow(from: number, to: number): number {
    if (to - from === 1) {
      const leaf = trees.newLeaf(tree, places[from] as number) - tree * trees.capacity;
      leaves[from] = leaf;
      return ~leaf;
    }
    cut(from, to);
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

  /** Draws a cut through the box around points. */
  function cut(from: number, to: number): void {
    const first = starts[places[from] as number] as number;
    let span = 0;
    for (let d = 0; d < dimensions; d++) {
      let low = values[first + d] as number;
      let high = low;
      for (let i = from + 1; i < to; i++) {
        const own = values[(starts[places[i] as number] as number) + d] as number;
        if (own < low) low = own;
        else if (own > high) high = own;
      }
      lows[d] = low;
      highs[d] = high;
      span += high - low;
    }
    if (!(span > 0)) throw new UnreadableState('A tree has the same point twice.');
    let rest = random.next() * span;
    for (let d = 0; d < dimensions; d++) {
      const length = (highs[d] as number) - (lows[d] as number);
      if (length === 0) continue;
      dimension = d;
      if (rest < length) break;
      rest -= length;
    }
    const low = lows[dimension] as number;
    value = Math.fround(low + rest);
    if (value >= (highs[dimension] as number) || value < low) value = low;
  }
}
