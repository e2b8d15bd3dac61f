import { expect, it } from 'vitest';
import { Detector } from './detector.ts';
import { Random } from './random.ts';

const small = { trees: 20, sampleSize: 64 } as const;

/** Normally distributed, about. */
const noise = (random: Random): number => random.next() + random.next() + random.next() + random.next() - 2;

it('grades from the 32nd step on', () => {
  const random = new Random(1);
  const detector = new Detector(small);
  for (let t = 0; t < 31; t++) expect(detector.observe([t === 20 ? 50 : random.next()]).score).toBe(0);
  expect(detector.observe([400]).grade).toBeGreaterThan(0);
});

it('misses what comes again, and says what would have been', () => {
  const random = new Random(2);
  const detector = new Detector({ ...small, seed: 1 });
  const value = (t: number): number => (t % 24 === 0 ? 5 : 1) + 0.1 * noise(random);
  for (let t = 0; t < 600; t++) detector.observe([value(t)]);
  const [missed] = [detector.observe([1])];
  expect(missed?.grade).toBeGreaterThan(0);
  expect(Math.abs((missed?.expected[0] as number) - 5)).toBeLessThan(0.5);
  for (let t = 601; t < 624; t++) expect(detector.observe([value(t)]).grade).toBe(0);
});

it('expects nothing beyond all there ever was, where the level moved away from it', () => {
  const random = new Random(4);
  const detector = new Detector({ ...small, shingle: 2 });
  for (let t = 0; t < 60; t++) detector.observe([100 + 10 * random.next()]);
  detector.observe([1e7]);
  for (let t = 0; t < 20; t++) {
    const [expected] = detector.observe([100 + 10 * random.next()]).expected as [number];
    expect(expected).toBeGreaterThanOrEqual(100);
    expect(expected).toBeLessThanOrEqual(1e7);
  }
});

it.each([
  { noise: 'normal', next: noise },
  { noise: 'exponential', next: (random: Random) => -Math.log(1 - random.next()) },
  { noise: 'lognormal', next: (random: Random) => Math.exp(noise(random)) },
])('holds to the share of steps that it is told, in $noise noise', ({ next }) => {
  const target = 0.004;
  const random = new Random(2);
  const detector = new Detector({ trees: 5, sampleSize: 32, shingle: 2, seed: 2, target });
  let graded = 0;
  for (let t = 0; t < 6_000; t++) if (detector.observe([next(random)]).grade > 0 && t >= 1_000) graded++;
  const realised = graded / (5_000 * target);
  expect([realised > 0.7, realised < 1.3], `${realised} of the target`).toEqual([true, true]);
});

it('names the feature that is off, in nine of ten or more, by shares that add up to the score', () => {
  const random = new Random(5);
  const features = 8;
  let [named, odd] = [0, 0];
  const detector = new Detector({ ...small, features, shingle: 4, seed: 1 });
  for (let t = 0; t < 2_500; t++) {
    const values = Array.from({ length: features }, (_, i) => Math.sin(t / 12 + i) + 0.2 * noise(random));
    const planted = t > 400 && t % 130 === 0 ? Math.floor(random.next() * features) : undefined;
    if (planted !== undefined) values[planted] = (values[planted] as number) + 2.5;
    const { score, grade, contributions } = detector.observe(values);
    if (grade > 0) expect(contributions.reduce((sum, share) => sum + share, 0)).toBeCloseTo(score, 9);
    if (planted === undefined || grade === 0) continue;
    odd++;
    const top = [...contributions.keys()].sort(
      (a, b) => (contributions[b] as number) - (contributions[a] as number),
    );
    if (top.slice(0, 3).includes(planted)) named++;
  }
  expect(odd).toBeGreaterThanOrEqual(10);
  expect(named / odd).toBeGreaterThanOrEqual(0.9);
});

it('does not let long anomalies hide the next', () => {
  const random = new Random(4);
  const detector = new Detector({ ...small, seed: 1 });
  const observe = (level: number, steps: number): number[] =>
    Array.from({ length: steps }, () => detector.observe([level + noise(random)]).grade);
  observe(0, 1_000);
  for (let burst = 0; burst < 6; burst++) {
    observe(5 + 3 * burst, 10);
    observe(0, 110);
  }
  observe(0, 200);
  expect(Math.max(...observe(-5.5, 2))).toBeGreaterThan(0);
});

it.each([0, 0.01, Number.NaN])('has no target of %d', (target) => {
  expect(() => new Detector({ target })).toThrow(RangeError);
});

it('is surer the more it has seen, and less sure of what was not measured', () => {
  const random = new Random(3);
  const detector = new Detector(small);
  const sure = Array.from({ length: 100 }, () => detector.observe([random.next()]).confidence);
  expect(sure).toEqual(sure.toSorted((a, b) => a - b));
  expect([sure[0], sure.at(-1)]).toEqual([0, 1]);
  for (let t = 0; t < 8; t++) expect(detector.observe([Number.NaN])).toMatchObject({ score: 0, grade: 0 });
  expect(detector.observe([Number.NaN]).confidence).toBeLessThan(0.5);
});

it('goes on after values as large as there are', () => {
  const random = new Random(4);
  const detector = new Detector({ ...small, seed: 1 });
  for (let t = 0; t < 2_000; t++) {
    const value = t % 100 === 50 ? Number.MAX_VALUE * (t % 200 === 50 ? 1 : -1) : random.next();
    const { score, expected } = detector.observe([value]);
    expect([score >= 0 && score <= 1, t < 40 || Number.isFinite(expected[0])]).toEqual([true, true]);
  }
});
