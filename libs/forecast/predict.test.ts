import { describe, expect, it } from 'vitest';
import { coverage, mase, naiveScale } from './accuracy.ts';
import { normals } from './normals.suite.ts';
import { predict } from './predict.ts';
import { seasonsOf } from './seasons.ts';

interface Shape {
  readonly noise: number;
  /** Steps a week the level rises. */
  readonly trend?: number;
  readonly multiplies?: boolean;
  readonly weekend?: number;
}

/** Hours of so many weeks, busy by day and quiet at the week-end. */
function hours(
  weeks: number,
  { noise, trend = 0, multiplies = false, weekend = 0.5 }: Shape,
  seed = 1,
): Float64Array {
  const normal = normals(seed);
  return Float64Array.from({ length: weeks * 168 }, (_, t) => {
    const day = Math.sin((2 * Math.PI * (t % 24)) / 24);
    const rest = Math.floor(t / 24) % 7 > 4 ? weekend : 0;
    const value = 4 + day - rest + (trend * t) / 168 + noise * normal();
    return multiplies ? Math.exp(value) : 50 * value;
  });
}

const seasons = [24, 168];
const horizon = 48;

describe('the seasons of a series', () => {
  it.each([
    ['day and week', hours(5, { noise: 0.1 }), [24, 168]],
    ['none in noise', hours(5, { noise: 1 }).map((_, t) => Math.sin(t * t)), []],
    ['none in what never changes', new Float64Array(800).fill(7), []],
    ['the day where a week was not seen twice', hours(1, { noise: 0.1 }), [24]],
  ])('%s', (_, values, expected) => expect(seasonsOf(values, seasons)).toEqual(expected));
});

describe('a prediction', () => {
  it.each([
    ['a daily and weekly swing', { noise: 0.1 }],
    ['one that grows', { noise: 0.1, trend: 0.2 }],
    ['swings that grow with the level', { noise: 0.1, multiplies: true }],
  ])('of %s is far better than what was a day ago, and its band holds what it says', (_, shape) => {
    let own = 0;
    let naive = 0;
    let held = 0;
    const runs = 12;
    for (let seed = 1; seed <= runs; seed++) {
      const all = hours(5, shape, seed);
      const history = all.slice(0, -horizon);
      const actual = all.slice(-horizon);
      const prediction = predict(history, { horizon, seasons });
      if (prediction === undefined) throw new Error('nothing predicted');
      const scale = naiveScale(history, 24);
      own += mase(actual, prediction.expected, scale) / runs;
      naive += mase(actual, Float64Array.of(...history.slice(-24), ...history.slice(-24)), scale) / runs;
      const { lower, upper } = prediction.band(0.95);
      held += coverage(actual, lower, upper) / runs;
    }
    expect(own).toBeLessThan(naive * 0.8);
    expect(held).toBeGreaterThan(0.9);
    expect(held).toBeLessThanOrEqual(1);
  });

  it('of noise around a level is the level, and no method has seasons', () => {
    const values = Float64Array.from({ length: 500 }, (_, t) => 100 + 5 * Math.sin(t * t));
    const prediction = predict(values, { horizon, seasons });
    for (const value of prediction?.expected ?? []) expect(Math.abs(value - 100)).toBeLessThan(3);
    expect(prediction?.seasons).toEqual([]);
    expect(prediction?.parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
  });

  it('of what never changes is that, with the band around it', () => {
    const prediction = predict(new Float64Array(200).fill(7), { horizon: 5, seasons });
    expect(prediction?.expected).toHaveLength(5);
    for (const value of prediction?.expected ?? []) expect(value).toBeCloseTo(7);
    const { lower, upper } = prediction?.band(0.95) ?? { lower: [], upper: [] };
    expect(lower[0]).toBeCloseTo(7);
    expect(upper[0]).toBeCloseTo(7);
  });

  it('of counts falls to nothing at the least', () => {
    const normal = normals(3);
    const counts = Float64Array.from({ length: 700 }, () => Math.max(0, Math.round(normal() - 1)));
    const prediction = predict(counts, { horizon, seasons });
    for (const value of prediction?.expected ?? []) expect(value).toBeGreaterThanOrEqual(0);
    for (const value of prediction?.band(0.99).lower ?? []) expect(value).toBeGreaterThanOrEqual(0);
  });

  it('goes on over gaps as without them', () => {
    const whole = hours(5, { noise: 0.05 });
    const gaps = whole.map((value, t) => (t % 50 < 5 ? Number.NaN : value));
    const [from, to] = [predict(gaps, { horizon, seasons }), predict(whole, { horizon, seasons })];
    for (let step = 0; step < horizon; step++)
      expect(Math.abs((from?.expected[step] as number) - (to?.expected[step] as number))).toBeLessThan(15);
  });

  it('is wider for a larger share', () => {
    const prediction = predict(hours(4, { noise: 0.2 }), { horizon, seasons });
    const [narrow, wide] = [prediction?.band(0.8), prediction?.band(0.99)];
    for (let step = 0; step < horizon; step++)
      expect(wide?.upper[step]).toBeGreaterThan(narrow?.upper[step] as number);
  });

  it.each([0, 1, 3])('is nothing after %i values', (length) =>
    expect(predict(new Float64Array(length).fill(1), { horizon: 5, seasons })).toBeUndefined(),
  );

  it('of less than two seasons is a level that an incident does not move, and says so', () => {
    const normal = normals(4);
    const values = Float64Array.from({ length: 40 }, (_, t) => (t > 30 && t < 36 ? 900 : 100 + 5 * normal()));
    const prediction = predict(values, { horizon: 5, seasons });
    expect(prediction?.parts.map(({ method }) => method)).toEqual(['robust_level']);
    const { lower = [], upper = [] } = prediction?.band(0.95) ?? {};
    expect(prediction?.expected[0]).toBeGreaterThan(97);
    expect(prediction?.expected[0]).toBeLessThan(103);
    expect((upper[0] as number) - (lower[0] as number)).toBeGreaterThan(10);
    expect((upper[0] as number) - (lower[0] as number)).toBeLessThan(40);
  });
});
