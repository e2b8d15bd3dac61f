import type { Trees } from './trees.ts';

/**
 * How far the point in question is from those of trees, summed up: of each the expected inverse of the depth that it would stand at, were
 * it inserted; about 1 / log2(size + 1) for a point like the others, more for one that stands alone. Copies of a point damp
 * it (the score of AWS' random cut forest, by its documentation).
 *
 * @param size points of a tree
 */
export function scoreIn(trees: Trees, size: number): number {
  const { kept, room } = trees.boxes;
  if (kept) return room.kernel.score(size);
  let sum = 0;
  for (let tree = 0; tree < trees.count; tree++) sum += scoreAt(trees, tree, trees.find(tree), size);
  return sum;
}

/** The score of one, by the depth of the leaf that was found. */
const scoreAt = (trees: Trees, tree: number, depth: number, size: number): number =>
  trees.boxes.room.kernel.scoreAt(tree, trees.leaf, depth, trees.mass[trees.leaf] as number, size);

/**
 * The score of a tree, as shares of the sides: how much of it comes from the point being above or below the others in each
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
  const inside = trees.boxes.measure(tree, trees.leaf, depth);
  if (inside === depth) {
    const share = scoreAt(trees, tree, depth, size) / into.length;
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
