import { describe, expect, it } from 'vitest';
import { Forest } from './forest.ts';
import { Random } from './random.ts';
import { hibernate, restore } from './saved.ts';

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
  readonly leaves: number;
}

/** Holds each node below one to what the points below it are. */
function check({ trees, points }: Forest, tree: number, child = trees.root[tree] as number): Box {
  const { dimensions } = points;
  if (child < 0) {
    const leaf = tree * trees.capacity + ~child;
    expect(trees.mass[leaf]).toBeGreaterThan(0);
    const at = points.starts[trees.place[leaf] as number] as number;
    const own = [...points.values.subarray(at, at + dimensions)];
    return { low: own, high: own, leaves: 1 };
  }
  const node = tree * (trees.capacity - 1) + child;
  const [left, right] = [trees.left, trees.right].map((side) =>
    check({ trees, points } as Forest, tree, side[node] as number),
  ) as [Box, Box];
  const cut = trees.cutDimension[node] as number;
  expect(left.high[cut]).toBeLessThanOrEqual(trees.cutValue[node] as number);
  expect(right.low[cut]).toBeGreaterThan(trees.cutValue[node] as number);
  const low = left.low.map((value, d) => Math.min(value, right.low[d] as number));
  const high = left.high.map((value, d) => Math.max(value, right.high[d] as number));
  if (trees.boxes.kept) {
    const { sides, spans, half } = trees.boxes.room;
    const [highs, lows] = [0, half].map((from) =>
      sides.subarray(2 * half * node + from).slice(0, dimensions),
    );
    expect([...(highs as Float32Array), ...(lows as Float32Array)]).toEqual([
      ...high.map((value) => -value),
      ...low,
    ]);
    expect(spans[node]).toBeCloseTo(
      high.reduce((sum, value, d) => sum + value - (low[d] as number), 0),
      4,
    );
  }
  return { low, high, leaves: left.leaves + right.leaves };
}

/** How often each tree has its points, by its leaves and by its sample. */
function masses({ trees, samples }: Forest): [number[], number[]] {
  const counted = new Array<number>(trees.mass.length).fill(0);
  for (let tree = 0; tree < trees.count; tree++)
    for (let i = 0; i < samples.size; i++) {
      const leaf = tree * trees.capacity + (samples.leaves[tree * trees.capacity + i] as number);
      counted[leaf] = (counted[leaf] as number) + 1;
    }
  return [[...trees.mass], counted];
}

describe('trees', () => {
  it.each([true, false])('are what their points say, whatever came and went (boxes: %s)', (boxes) => {
    const forest = new Forest({ dimensions: 3, trees: 4, sampleSize: 32, decay: 0.05, seed: 1, boxes });
    const given = pointsOf(600, 3, 3);
    for (const [i, point] of given.entries()) {
      // Every third was there already.
      forest.update(i % 3 === 0 ? (given[i - 1] ?? point) : point);
      if (i % 20 > 0) continue;
      const [own, counted] = masses(forest);
      expect(own).toEqual(counted);
      const used = new Set<number>();
      for (let tree = 0; tree < 4; tree++) {
        const leaves = own
          .slice(32 * tree, 32 * (tree + 1))
          .flatMap((mass, leaf) => (mass > 0 ? [leaf] : []));
        expect(check(forest, tree).leaves).toBe(leaves.length);
        for (const leaf of leaves) used.add(forest.trees.place[32 * tree + leaf] as number);
      }
      expect(forest.points.size).toBe(used.size);
    }
  });

  it.each([true, false])('are what their points say when they woke (boxes: %s)', (boxes) => {
    const forest = new Forest({ dimensions: 3, trees: 4, sampleSize: 32, seed: 1, boxes });
    for (const [i, point] of pointsOf(300, 3, 3).entries())
      forest.update(i % 3 === 0 ? Float32Array.of(1, 2, 3) : point);
    const woken = restore(hibernate(forest));
    const [own, counted] = masses(woken);
    expect(own).toEqual(counted);
    for (let tree = 0; tree < 4; tree++) {
      const leaves = own.slice(32 * tree, 32 * (tree + 1)).filter((mass) => mass > 0);
      expect(check(woken, tree).leaves).toBe(leaves.length);
    }
    for (const point of pointsOf(100, 3, 4)) woken.update(point);
    expect(masses(woken)[0]).toEqual(masses(woken)[1]);
  });

  it.each([
    { dimensions: 4, trees: 5, sampleSize: 32 },
    // Too many of both for the narrow numbers.
    { dimensions: 257, trees: 2, sampleSize: 256 },
  ])('score, attribute and grow the same without boxes as with them: $dimensions dimensions', (options) => {
    const [kept, made] = [true, false].map((boxes) => new Forest({ ...options, seed: 2, boxes })) as [
      Forest,
      Forest,
    ];
    const apart = (one: Float64Array, other: Float64Array) =>
      one.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))), 0);
    for (const [i, point] of pointsOf(500, options.dimensions, 5).entries()) {
      expect(made.score(point)).toBeCloseTo(kept.score(point), 9);
      expect(apart(kept.attribution(point), made.attribution(point))).toBeLessThan(5e-10);
      for (const forest of [kept, made]) {
        forest.update(point);
        // So that the next point may be a copy.
        if (i % 50 === 0) forest.update(pointsOf(i + 2, options.dimensions, 5)[i + 1] as Float32Array);
      }
    }
    expect(made.trees.boxes.room.sides).toHaveLength(0);
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

  it('says what values would be expected: what such points have there', () => {
    const forest = new Forest({ dimensions: 3, trees: 20, sampleSize: 64, seed: 1 });
    expect(forest.expected(new Float32Array(3), [0])[0]).toBeNaN();
    for (const point of pointsOf(500, 3, 4)) forest.update(point);
    const [first, last] = forest.expected(Float32Array.of(99, 5.5, -99), [0, 2]);
    for (const value of [first, last]) expect(Math.abs((value as number) - 5.5)).toBeLessThan(0.5);
  });
});
