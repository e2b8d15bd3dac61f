import type { Trees } from './trees.ts';

/** Leaves of more than one point: their depth counts as if the points were a tree of their own. */
const seen = (depth: number, mass: number): number => 1 / (depth + Math.log2(mass + 1));
/** The more often a point is there, the less it is one. */
const damped = (leafMass: number, size: number): number => 1 - leafMass / (2 * size);

/**
 * How far the point in question is from those of a tree: the expected inverse of the depth that it would stand at, were it
 * inserted; about 1 / log2(size + 1) for a point like the others, more for one that stands alone. Copies of a point damp
 * it (the score of AWS' random cut forest, by its documentation).
 *
 * @param size points of the tree
 */
export function scoreIn(trees: Trees, tree: number, size: number): number {
  const depth = trees.find(tree);
  const inside = trees.boxes.measure(tree, depth);
  if (inside === depth) return copied(trees, depth, size);
  const { outside, span } = trees.boxes.room;
  let score = 0;
  for (let at = depth; at > inside; at--) {
    const out = outside[at] as number;
    const parted = out / ((span[at] as number) + out);
    score += parted * (1 / (at + 1) - score);
  }
  return score;
}

/** The score of a copy of the point of the leaf that was found. */
function copied(trees: Trees, depth: number, size: number): number {
  const mass = trees.mass[trees.leaf] as number;
  return damped(mass, size) * seen(depth, mass);
}

/**
 * The same, as shares of the sides: how much of the score comes from the point being above or below the others in each
 * dimension. They add up to the score; that of a copy, which nothing parts from its like, goes to all alike.
 *
 * @param into by side; added to
 */
export function attributeIn(
  trees: Trees,
  tree: number,
  size: number,
  dimensions: number,
  into: Float64Array,
): void {
  const depth = trees.find(tree);
  const inside = trees.boxes.measure(tree, depth);
  if (inside === depth) {
    const share = copied(trees, depth, size) / into.length;
    for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + share;
    return;
  }
  const { outside, span, query, half } = trees.boxes.room;
  // How likely no box around parts the point from the others before this one does.
  let reaching = 1;
  for (let at = inside + 1; at <= depth; at++) {
    const out = outside[at] as number;
    const share = (reaching / ((span[at] as number) + out)) * (1 / (at + 1));
    const { sides, box } = trees.boxes.boxAt(at, depth);
    for (let side = 0; side < 2; side++)
      for (let d = 0; d < dimensions; d++) {
        const i = side * half + d;
        const far = Math.max(0, (sides[box + i] as number) - (query[i] as number));
        into[side * dimensions + d] = (into[side * dimensions + d] as number) + share * far;
      }
    reaching *= 1 - out / ((span[at] as number) + out);
  }
}
