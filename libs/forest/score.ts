import type { Trees } from './trees.ts';

/** What scores are made of: the depth that a point would stand at, or how many others it would move. */
export const scoreNames = ['depth', 'displacement'] as const;
export type ScoreName = (typeof scoreNames)[number];

/** By depth of a way, what it counts to be parted from the others there. None of it outlives a call. */
const counts = new Float64Array(16_384);

/**
 * How far the point in question is from those of trees, summed up.
 *
 * `depth`: of each tree the expected inverse of the depth that it would stand at, were it inserted; about 1 / log2(size + 1) for
 * a point like the others, more for one that stands alone. Copies of a point damp it (the score of AWS' random cut forest,
 * by its documentation).
 *
 * `displacement`: by how much the depths of a tree's points, summed up, are expected to grow, were it inserted: each point below
 * the cut that parts it from them stands one deeper. 0 for a copy, `size` for one that the first cut parts from all
 * (Guha, Mishra, Roy and Schrijvers, Robust random cut forest based anomaly detection on streams, ICML 2016, definition 3).
 *
 * @param size points of a tree
 */
export function scoreIn(trees: Trees, by: ScoreName, size: number): number {
  const { kept, room } = trees.boxes;
  if (by === 'depth' && kept) return room.kernel.score(size);
  let sum = 0;
  for (let tree = 0; tree < trees.count; tree++)
    sum += by === 'depth' ? scoreAt(trees, tree, trees.find(tree), size) : displacementIn(trees, tree);
  return sum;
}

/** By what a tree's score is multiplied: about 1 for the depth of a point like the others, and a share of all points for displacement. */
export const scaleOf = (by: ScoreName, size: number): number =>
  by === 'depth' ? Math.log2(size + 1) : 1 / size;

/** The score of one, by the depth of the leaf that was found. */
const scoreAt = (trees: Trees, tree: number, depth: number, size: number): number =>
  trees.boxes.room.kernel.scoreAt(tree, trees.leaf, depth, trees.mass[trees.leaf] as number, size);

function displacementIn(trees: Trees, tree: number): number {
  const depth = trees.find(tree);
  const inside = trees.boxes.measure(tree, trees.leaf, depth);
  countPoints(trees, tree, inside + 1, depth);
  const { outside, span } = trees.boxes.room;
  let score = 0;
  for (let at = depth; at > inside; at--) {
    const out = outside[at] as number;
    score += (out / ((span[at] as number) + out)) * ((counts[at] as number) - score);
  }
  return score;
}

/** Leaves in `counts` how many points are below each node of the way to the leaf that was found, from a depth on. */
function countPoints(trees: Trees, tree: number, from: number, depth: number): void {
  const { path } = trees.boxes.room;
  const base = tree * (trees.capacity - 1);
  let points = trees.mass[trees.leaf] as number;
  let child = ~(trees.leaf - tree * trees.capacity);
  counts[depth] = points;
  for (let at = depth - 1; at >= from; at--) {
    const node = path[at] as number;
    const isLeft = trees.left[node] === child;
    points += pointsBelow(trees, tree, (isLeft ? trees.right[node] : trees.left[node]) as number);
    counts[at] = points;
    child = node - base;
  }
}

function pointsBelow(trees: Trees, tree: number, child: number): number {
  const { stack } = trees.boxes.room;
  let points = 0;
  let open = 0;
  stack[open++] = child;
  while (open > 0) {
    const node = stack[--open] as number;
    if (node < 0) points += trees.mass[tree * trees.capacity + ~node] as number;
    else {
      const at = tree * (trees.capacity - 1) + node;
      stack[open++] = trees.left[at] as number;
      stack[open++] = trees.right[at] as number;
    }
  }
  return points;
}

/**
 * The score of a tree, as shares of the sides: how much of it comes from the point being above or below the others in each
 * dimension. They add up to the score; that of a copy, which nothing parts from its like, goes to all alike.
 *
 * @param by what the score is made of
 * @param into by side; added to
 */
export function attributeIn(
  trees: Trees,
  tree: number,
  by: ScoreName,
  size: number,
  dimensions: number,
  into: Float64Array,
): void {
  const depth = trees.find(tree);
  const inside = trees.boxes.measure(tree, trees.leaf, depth);
  if (inside === depth) {
    if (by === 'displacement') return;
    const share = scoreAt(trees, tree, depth, size) / into.length;
    for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + share;
    return;
  }
  if (by === 'displacement') countPoints(trees, tree, inside + 1, depth);
  else for (let at = inside + 1; at <= depth; at++) counts[at] = 1 / (at + 1);
  const { outside, span, query, half } = trees.boxes.room;
  // How likely no box around parts the point from the others before this one does.
  let reaching = 1;
  for (let at = inside + 1; at <= depth; at++) {
    const out = outside[at] as number;
    const share = (reaching / ((span[at] as number) + out)) * (counts[at] as number);
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
