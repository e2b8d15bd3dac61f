import type { Points } from './points.ts';
import type { Trees } from './trees.ts';

/**
 * The place of that point of a tree that a point is led to by those of its values that are known. Where a cut asks for one
 * that is not, both sides are tried, and the nearer point (sum of the absolute differences) is taken.
 *
 * @param missing by dimension: 1 where the value is not known
 */
export function nearestIn(
  trees: Trees,
  tree: number,
  points: Points,
  point: Float32Array,
  missing: Uint8Array,
): number {
  const { values, starts, dimensions } = points;
  const { stack } = trees.boxes.room;
  let least = Number.POSITIVE_INFINITY;
  let nearest = 0;
  let open = 0;
  stack[open++] = trees.root[tree] as number;
  while (open > 0) {
    const node = stack[--open] as number;
    if (node >= 0) {
      const at = tree * (trees.capacity - 1) + node;
      const cut = trees.cutDimension[at] as number;
      const either = missing[cut] === 1;
      const isLeft = (point[cut] as number) <= (trees.cutValue[at] as number);
      if (either || isLeft) stack[open++] = trees.left[at] as number;
      if (either || !isLeft) stack[open++] = trees.right[at] as number;
      continue;
    }
    const place = trees.place[tree * trees.capacity + ~node] as number;
    const own = starts[place] as number;
    let apart = 0;
    for (let d = 0; d < dimensions; d++)
      if (missing[d] === 0) apart += Math.abs((values[own + d] as number) - (point[d] as number));
    if (apart < least) {
      least = apart;
      nearest = place;
    }
  }
  return nearest;
}
