import { describe, expect, it } from 'vitest';
import { Forest } from './forest.ts';
import { Points } from './points.ts';
import { Random } from './random.ts';
import { Tree } from './tree.ts';

/** Points around two places, from a seed. */
function pointsOf(count: number, dimensions: number, seed: number): Float32Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from({ length: dimensions }, () => (i % 2) * 5 + random.next()),
  );
}

interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly mass: number;
}

/** Holds each node below one to what the points below it are: their lowest and highest values, and their number. */
function check(tree: Tree, points: Points, node = tree.root): Box {
  if (tree.isLeaf(node)) {
    const at = tree.offset(node);
    const own = [...points.values.subarray(at, at + points.dimensions)];
    return { low: own, high: own, mass: tree.mass[node] as number };
  }
  const children = [tree.left[node] as number, tree.right[node] as number] as const;
  expect(children.map((child) => tree.parent[child])).toEqual([node, node]);
  const left = check(tree, points, children[0]);
  const right = check(tree, points, children[1]);
  expect(left.high[tree.cutDimension[node] as number]).toBeLessThanOrEqual(tree.cutValue[node] as number);
  expect(right.low[tree.cutDimension[node] as number]).toBeGreaterThan(tree.cutValue[node] as number);
  const low = left.low.map((value, d) => Math.min(value, right.low[d] as number));
  const high = left.high.map((value, d) => Math.max(value, right.high[d] as number));
  const mass = left.mass + right.mass;
  const at = node * points.dimensions;
  expect([...tree.low.subarray(at, at + points.dimensions)]).toEqual(low);
  expect([...tree.high.subarray(at, at + points.dimensions)]).toEqual(high);
  expect(tree.mass[node]).toBe(mass);
  expect(tree.span[node]).toBeCloseTo(
    high.reduce((sum, value, d) => sum + value - (low[d] as number), 0),
    4,
  );
  return { low, high, mass };
}

describe('a tree', () => {
  it('has in each node the box and number of the points below it, whatever was inserted and deleted', () => {
    const points = new Points(3, 10);
    const tree = new Tree(points, new Random(1), 64);
    const kept: number[] = [];
    const random = new Random(2);
    const given = pointsOf(400, 3, 3);
    for (const [i, point] of given.entries()) {
      if (kept.length === 64 || (kept.length > 1 && random.next() < 0.3)) {
        const [gone] = kept.splice(Math.floor(random.next() * kept.length), 1);
        tree.remove(gone as number);
        points.release(gone as number);
      }
      // Every third is there already.
      const place = points.add(i % 3 === 0 ? (given[i - 1] ?? point) : point);
      const held = tree.insert(place);
      points.hold(held);
      points.drop(place);
      kept.push(held);
      if (i % 10 === 0) check(tree, points);
      expect(tree.size).toBe(kept.length);
    }
    expect(points.size).toBe(new Set(kept).size);
  });

  it('is empty again when all was deleted', () => {
    const points = new Points(2, 4);
    const tree = new Tree(points, new Random(1), 8);
    const places = pointsOf(8, 2, 1).map((point) => points.add(point));
    for (const place of places) points.hold(tree.insert(place));
    for (const place of places) {
      tree.remove(place);
      points.release(place);
    }
    expect([tree.size, points.size]).toEqual([0, 0]);
  });
});

describe('a forest', () => {
  it('gives the same scores for the same seed and points, and others for another seed', () => {
    const [one, same, other] = [7, 7, 8].map(
      (seed) => new Forest({ dimensions: 2, trees: 10, sampleSize: 32, seed }),
    );
    const scores = pointsOf(300, 2, 1).map((point) =>
      [one, same, other].map((forest) => {
        const score = forest?.score(point);
        forest?.update(point);
        return score;
      }),
    );
    for (const [first, second] of scores) expect(second).toBe(first);
    expect(scores.some(([first, , third]) => first !== third)).toBe(true);
  });

  it('finds planted spikes: nearly all of them stand above all others', () => {
    const forest = new Forest({ dimensions: 8, seed: 3 });
    const random = new Random(9);
    const shingle = new Float32Array(8);
    const scores: { score: number; spike: boolean }[] = [];
    for (let t = 0; t < 4_000; t++) {
      const spike = t > 1_000 && t % 200 === 0;
      shingle.copyWithin(0, 1);
      shingle[7] = Math.sin(t / 10) + 0.1 * random.next() + (spike ? 3 : 0);
      if (t > 500 && (spike || t % 200 > 20)) scores.push({ score: forest.score(shingle), spike });
      forest.update(shingle);
    }
    const spikes = scores.filter(({ spike }) => spike);
    const others = scores.filter(({ spike }) => !spike);
    const wins = spikes.reduce(
      (sum, { score }) => sum + others.filter((other) => other.score < score).length,
      0,
    );
    expect(wins / (spikes.length * others.length)).toBeGreaterThan(0.99);
  });

  it('says what a score is made of: shares that add up to it, most of them where the point is off', () => {
    const forest = new Forest({ dimensions: 3, seed: 1 });
    for (const point of pointsOf(1_000, 3, 4)) forest.update(point);
    const odd = Float32Array.of(2.5, 0.5, 40);
    const shares = forest.attribution(odd);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(forest.score(odd), 6);
    expect(shares[2]).toBe(Math.max(...shares));
    expect(shares[2]).toBeGreaterThan(0.8 * forest.score(odd));
  });

  it('knows what comes often: a copy scores less than a point like it', () => {
    const forest = new Forest({ dimensions: 2, seed: 1 });
    for (const point of pointsOf(500, 2, 4)) {
      forest.update(point);
      forest.update(Float32Array.of(0.5, 0.5));
    }
    expect(forest.score(Float32Array.of(0.5, 0.5))).toBeLessThan(forest.score(Float32Array.of(0.51, 0.52)));
  });

  it('forgets: what was usual long ago is odd again', () => {
    const forest = new Forest({ dimensions: 1, trees: 30, sampleSize: 64, seed: 1 });
    const random = new Random(1);
    for (let t = 0; t < 1_000; t++) forest.update(Float32Array.of(random.next()));
    const before = forest.score(Float32Array.of(0.5));
    for (let t = 0; t < 5_000; t++) forest.update(Float32Array.of(10 + random.next()));
    expect(forest.score(Float32Array.of(0.5))).toBeGreaterThan(2 * before);
  });

  it('has points of any number of copies, and of one', () => {
    const forest = new Forest({ dimensions: 1, trees: 5, sampleSize: 16, seed: 1 });
    expect(forest.score(Float32Array.of(1))).toBe(0);
    for (let t = 0; t < 100; t++) forest.update(Float32Array.of(1));
    expect(forest.score(Float32Array.of(1))).toBeLessThan(1);
    expect(forest.score(Float32Array.of(2))).toBeGreaterThan(1);
  });
});
