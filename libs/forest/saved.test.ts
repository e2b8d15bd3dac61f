import { describe, expect, it } from 'vitest';
import { UnreadableState } from './bytes.ts';
import { Detector } from './detector.ts';
import { Forest } from './forest.ts';
import { Random } from './random.ts';
import { hibernate, restore, save } from './saved.ts';

/** A noisy wave, of which every value is there twice at times. */
function series(count: number, seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, t) => Math.round(40 * Math.sin(t / 9) + 8 * random.next()) / 40);
}

/** Scores of points of four values in a row, each learnt from. */
function scores(forest: Forest, values: readonly number[]): number[] {
  return values.slice(3).map((_, i) => {
    const point = Float32Array.from(values.slice(i, i + 4));
    const score = forest.score(point);
    forest.update(point);
    return score;
  });
}

const small = { dimensions: 4, trees: 10, sampleSize: 32, seed: 5 } as const;

describe('a forest that was saved', () => {
  it.each([
    { name: 'full', updates: 700, boxes: true },
    { name: 'without boxes', updates: 700, boxes: false },
    { name: 'not full yet', updates: 20, boxes: true },
    { name: 'empty', updates: 3, boxes: true },
    { name: 'whose weights were moved on', updates: 700, boxes: true, decay: 0.4 },
  ])('goes on bit for bit: $name', ({ updates, name: _, ...options }) => {
    const forest = new Forest({ ...small, ...options });
    scores(forest, series(updates, 1));
    const bytes = save(forest);
    const next = series(1_003, 2);
    expect(scores(restore(bytes), next)).toEqual(scores(forest, next));
    expect(save(restore(bytes))).toEqual(bytes);
  });

  it('was not touched by being saved', () => {
    const [one, other] = [new Forest(small), new Forest(small)];
    scores(one, series(300, 1));
    scores(other, series(300, 1));
    save(one);
    hibernate(one);
    expect(scores(one, series(300, 2))).toEqual(scores(other, series(300, 2)));
  });
});

describe('a forest that slept', () => {
  it('has the same points, equally heavy, in fewer bytes', () => {
    const forest = new Forest({ dimensions: 8, trees: 30, sampleSize: 128, seed: 1 });
    const values = series(3_000, 1);
    for (let i = 0; i + 8 <= values.length; i++) forest.update(Float32Array.from(values.slice(i, i + 8)));
    const bytes = hibernate(forest);
    expect(bytes.length).toBeLessThan(49_000);
    const woken = restore(bytes);
    expect(woken.points.size).toBe(forest.points.size);
    expect(woken.samples.weights).toEqual(forest.samples.weights);
    const odd = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 4);
    expect(Math.abs(woken.score(odd) / forest.score(odd) - 1)).toBeLessThan(0.1);
    woken.update(odd);
  });
});

describe('bytes that are no forest', () => {
  const forest = new Forest({ ...small, trees: 2 });
  scores(forest, series(100, 1));
  const bytes = save(forest);

  it('are refused where they were cut off or changed anywhere', () => {
    for (let at = 0; at < bytes.length; at += 97) {
      expect(() => restore(bytes.slice(0, at))).toThrow(UnreadableState);
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => restore(changed)).toThrow(UnreadableState);
    }
  });
});

describe('a detector that was saved', () => {
  it('goes on bit for bit, in an anomaly as well', () => {
    const detector = new Detector({ features: 2, trees: 10, sampleSize: 32, seed: 1 });
    const step = (value: number, t: number): number[] => [value, t % 37 === 0 ? Number.NaN : -value];
    for (const [t, value] of series(400, 1).entries()) detector.observe(step(value, t));
    detector.observe([9, 9]);
    const before = detector.save();
    const restored = Detector.restore(before);
    const next = [...series(500, 2), 7, ...series(500, 3)].map(step);
    const raws: number[] = [];
    const going = next.map((values) => {
      const said = detector.observe(values);
      raws.push(detector.raw);
      return said;
    });
    expect(next.map((values) => restored.observe(values))).toEqual(going);
    const learnt = Detector.restore(before);
    for (const [i, values] of next.entries()) learnt.learn(values, raws[i] as number);
    expect(learnt.save()).toEqual(detector.save());
    expect(going.some(({ grade }) => grade > 0)).toBe(true);
    expect(() => Detector.restore(detector.save().slice(0, 40))).toThrow(UnreadableState);
  });
});
