import type { Points } from './points.ts';
import type { Tree } from './tree.ts';

/**
 * The value in a dimension of the point of a tree that a point is led to by all its other values. Where a cut asks for the
 * value itself, both sides are tried, and the nearer point (sum of the absolute differences) is taken.
 */
export function nearestIn(tree: Tree, points: Points, point: Float32Array, dimension: number): number {
  const { values, dimensions } = points;
  let least = Number.POSITIVE_INFINITY;
  let value = Number.NaN;
  const open = [tree.root];
  while (open.length > 0) {
    const node = open.pop() as number;
    if (tree.isLeaf(node)) {
      const at = tree.offset(node);
      let apart = 0;
      for (let d = 0; d < dimensions; d++)
        if (d !== dimension) apart += Math.abs((values[at + d] as number) - (point[d] as number));
      if (apart < least) {
        least = apart;
        value = values[at + dimension] as number;
      }
      continue;
    }
    const [left, right] = [tree.left[node] as number, tree.right[node] as number];
    const cut = tree.cutDimension[node] as number;
    if (cut === dimension) open.push(left, right);
    else open.push((point[cut] as number) <= (tree.cutValue[node] as number) ? left : right);
  }
  return value;
}
