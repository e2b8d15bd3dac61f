import type { Points } from './points.ts';
import type { Tree } from './tree.ts';

/** Leaves of more than one point: their depth counts as if the points were a tree of their own. */
const seen = (depth: number, mass: number): number => 1 / (depth + Math.log2(mass + 1));
const unseen = (depth: number): number => 1 / (depth + 1);
/** The more often a point is there, the less it is one. */
const damped = (leafMass: number, treeMass: number): number => 1 - leafMass / (2 * treeMass);

/**
 * How far a point is from those of a tree: the expected inverse of the depth that it would stand at, were it inserted,
 * times the logarithm of the tree's size; about 1 for a point like the others, more for one that stands alone. Copies of
 * a point damp it (the score of AWS' random cut forest, by its documentation).
 *
 * @param path room for the nodes on the way to a leaf, reused
 */
export function scoreIn(tree: Tree, points: Points, point: Float32Array, path: Int16Array): number {
  const { root, mass, low, high, span } = tree;
  const { dimensions, values } = points;
  const depth = tree.descend(point, path);
  const node = path[depth] as number;
  const size = mass[root] as number;
  const leafMass = mass[node] as number;
  const own = tree.offset(node);
  let equal = true;
  for (let d = 0; d < dimensions; d++)
    if (values[own + d] !== point[d]) {
      equal = false;
      break;
    }
  let score = equal ? damped(leafMass, size) * seen(depth, leafMass) : unseen(depth);
  if (!equal) {
    // Up to the first box that has the point in it: those above have it, too.
    for (let at = depth - 1; at >= 0; at--) {
      const box = (path[at] as number) * dimensions;
      let outside = 0;
      for (let d = 0; d < dimensions; d++) {
        const value = point[d] as number;
        const bottom = low[box + d] as number;
        const top = high[box + d] as number;
        if (value < bottom) outside += bottom - value;
        else if (value > top) outside += value - top;
      }
      if (outside === 0) break;
      const parted = outside / ((span[path[at] as number] as number) + outside);
      score = (1 - parted) * score + parted * unseen(at);
    }
  }
  return score * Math.log2(size + 1);
}

/**
 * The same, as shares of the dimensions: how much of the score comes from the point being above or below the others in
 * each. They add up to the score.
 *
 * @param into first the shares of being above, by dimension, then of being below; added to
 */
export function attributeIn(
  tree: Tree,
  points: Points,
  point: Float32Array,
  path: Int16Array,
  into: Float64Array,
): void {
  const { root, mass, low, high, span } = tree;
  const { dimensions, values } = points;
  const depth = tree.descend(point, path);
  const node = path[depth] as number;
  const size = mass[root] as number;
  const scale = Math.log2(size + 1);
  const shares = new Float64Array(2 * dimensions);
  const own = tree.offset(node);
  let apart = 0;
  for (let d = 0; d < dimensions; d++) apart += Math.abs((point[d] as number) - (values[own + d] as number));
  let equal = apart === 0;
  if (equal) {
    // Nothing parts it from its like: what is left of the score is nobody's, and goes to all alike.
    const rest = damped(mass[node] as number, size) * seen(depth, mass[node] as number);
    shares.fill(rest / (2 * dimensions));
  } else
    for (let d = 0; d < dimensions; d++) {
      const away = (point[d] as number) - (values[own + d] as number);
      if (away > 0) shares[d] = (unseen(depth) * away) / apart;
      else if (away < 0) shares[dimensions + d] = (unseen(depth) * -away) / apart;
    }
  for (let at = depth - 1; at >= 0 && !equal; at--) {
    const box = (path[at] as number) * dimensions;
    let outside = 0;
    for (let d = 0; d < dimensions; d++) {
      const value = point[d] as number;
      outside += Math.max(0, (low[box + d] as number) - value, value - (high[box + d] as number));
    }
    if (outside === 0) equal = true;
    else {
      const whole = (span[path[at] as number] as number) + outside;
      const parted = outside / whole;
      for (let d = 0; d < dimensions; d++) {
        const value = point[d] as number;
        const above = Math.max(0, value - (high[box + d] as number));
        const below = Math.max(0, (low[box + d] as number) - value);
        shares[d] = (1 - parted) * (shares[d] as number) + (unseen(at) * above) / whole;
        shares[dimensions + d] =
          (1 - parted) * (shares[dimensions + d] as number) + (unseen(at) * below) / whole;
      }
    }
  }
  for (let i = 0; i < shares.length; i++) into[i] = (into[i] as number) + scale * (shares[i] as number);
}
