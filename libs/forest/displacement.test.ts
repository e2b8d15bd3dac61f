import { describe, expect, it } from 'vitest';
import { Forest } from './forest.ts';
import { Random } from './random.ts';
import { hibernate, restore, save } from './saved.ts';

const score = 'displacement';

/** Depths of a tree's points, summed up. */
function depthsIn({ trees }: Forest, child = trees.root[0] as number, depth = 0): number {
  if (child < 0) return depth * (trees.mass[~child] as number);
  return [trees.left, trees.right].reduce(
    (sum, side) => sum + depthsIn({ trees } as Forest, side[child] as number, depth + 1),
    0,
  );
}

/** The depth of the leaf that a point is led to. */
function depthOf({ trees }: Forest, point: Float32Array): number {
  trees.boxes.seat();
  trees.boxes.room.ask(point, 0);
  return trees.find(0);
}

function grown(boxes: boolean, trees: number): Forest {
  const forest = new Forest({ dimensions: 2, trees, sampleSize: 64, seed: 5, boxes, score });
  const random = new Random(6);
  for (let i = 0; i < 48; i++) {
    const point = Float32Array.of((i % 3) * 4 + random.next(), random.next());
    forest.update(point);
    if (i % 8 === 0) forest.update(point);
  }
  return forest;
}

describe.each([true, false])('displacement (boxes: %s)', (boxes) => {
  // Of the points 0 and 1 the one box is as long as 1; a point outside of it is parted from both by the first cut with the
  // chance of its distance beside distance and length, and moves two then, else the one it comes to stand with.
  it.each([
    { at: 3, moved: (2 / 3) * 2 + (1 / 3) * 1 },
    { at: -0.5, moved: (1 / 3) * 2 + (2 / 3) * 1 },
    { at: 0.25, moved: 1 },
    { at: 1, moved: 0 },
  ])('is the share of points that a point at $at would move', ({ at, moved }) => {
    const forest = new Forest({ dimensions: 1, trees: 7, sampleSize: 16, boxes, score });
    for (const point of [0, 1]) forest.update(Float32Array.of(point));
    expect(forest.score(Float32Array.of(at))).toBeCloseTo(moved / 2, 6);
  });

  it('is by how much the depths of the others grow, where the point is inserted', () => {
    const forest = grown(boxes, 1);
    const [before, { size }] = [depthsIn(forest), forest.samples];
    const bytes = save(forest);
    for (const point of [Float32Array.of(6.5, 0.5), Float32Array.of(0.2, 1.4), Float32Array.of(30, 30)]) {
      const expected = forest.score(point) * size;
      const moved = Array.from({ length: 400 }, (_, seed) => {
        const one = restore(bytes);
        one.random.state.set(new Random(seed).state);
        one.update(point);
        return depthsIn(one) - depthOf(one, point) - before;
      });
      const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
      const variance = moved.reduce((sum, value) => sum + (value - mean) ** 2, 0) / moved.length;
      expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / moved.length) + 1e-3);
    }
  });

  it('is told as shares that add up to it, and kept with the forest', () => {
    const forest = grown(boxes, 20);
    const odd = Float32Array.of(4.5, 9);
    const found = forest.score(odd);
    expect(found).toBeGreaterThan(0.5);
    const shares = forest.attribution(odd);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(found, 6);
    expect(shares[1]).toBeGreaterThan(0.8 * found);
    expect(restore(save(forest)).score(odd)).toBe(found);
    expect(Math.abs(restore(hibernate(forest)).score(odd) - found)).toBeLessThan(0.2);
  });
});
