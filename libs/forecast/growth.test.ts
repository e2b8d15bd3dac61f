import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growthOf, quantile } from './growth.ts';

/** A level that gains `gains[i]` at step i. */
const summed = (gains: readonly number[]): Float64Array => {
  let level = 1_000;
  return Float64Array.from([level, ...gains.map((gain) => (level += gain))]);
};

/** Deterministic noise with mean 0 and values of -1 to 1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

describe('growth', () => {
  it('of a straight line is its slope, without doubt', () => {
    const growth = growthOf(summed(new Array(10).fill(7)), 1);
    expect(growth).toEqual({ low: 7, likely: 7, high: 7 });
  });

  it('agrees with the textbook on pairs of means and the signed-rank interval', () => {
    // Increments 1, 2, 4, 7: means of pairs 1 1.5 2 2.5 3 4 4 4.5 5.5 7, median 3.5; interval at ranks of 10.
    const { low, likely, high } = growthOf(summed([7, 1, 4, 2]), 1) ?? { low: 0, likely: 0, high: 0 };
    expect(likely).toBe(3.5);
    const edge = 0.5 - (1.2816 * Math.sqrt(7.5)) / 10;
    expect(low).toBeCloseTo(1.5 + 0.5 * (edge * 9 - 1), 12);
    expect(high).toBeCloseTo(4.5 + 1 * (9 - edge * 9 - 7), 12);
  });

  it('takes whole periods, so that a season within does not count', () => {
    const day = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 100 : 1));
    const levels = summed([...day, ...day, ...day, ...day, ...day, ...day.slice(0, 13)]);
    const perHour = (10 * 100 + 14) / 24;
    const growth = growthOf(levels, 24);
    expect(growth?.likely).toBeCloseTo(perHour, 9);
    expect(growth?.high).toBeCloseTo(perHour, 9);
  });

  it('is moved little by one deletion', () => {
    const gains = Array.from({ length: 20 }, (_, i) => 100 + (i % 3));
    gains[9] = -50_000;
    expect(growthOf(summed(gains), 1)?.likely).toBeCloseTo(101, 0);
  });

  it('does not count what nobody measured', () => {
    const levels = summed(new Array(12).fill(5));
    levels[3] = Number.NaN;
    levels[7] = Number.NaN;
    expect(growthOf(levels, 1)).toEqual({ low: 5, likely: 5, high: 5 });
  });

  it('is unknown with fewer than four increments', () => {
    expect(growthOf(summed([1, 2, 3]), 1)).toBeUndefined();
    expect(growthOf(summed(new Array(95).fill(1)), 24)).toBeUndefined();
    expect(growthOf(summed(new Array(96).fill(1)), 24)).toEqual({ low: 1, likely: 1, high: 1 });
    expect(growthOf(new Float64Array(), 1)).toBeUndefined();
    expect(growthOf(new Float64Array(50).fill(Number.NaN), 1)).toBeUndefined();
  });

  it('has the true growth in its interval about 80 times of 100', () => {
    const random = noise(7);
    let held = 0;
    for (let run = 0; run < 1_000; run++) {
      const growth = growthOf(summed(Array.from({ length: 20 }, () => 50 + 30 * random())), 1);
      if (growth !== undefined && growth.low <= 50 && growth.high >= 50) held++;
    }
    expect(held).toBeGreaterThan(760);
    expect(held).toBeLessThan(840);
  });

  it('orders its edges, and scales with what is measured', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 4, maxLength: 40 }), (gains) => {
        const one = growthOf(summed(gains), 1);
        const twice = growthOf(
          summed(gains).map((level) => level * 2),
          1,
        );
        expect(one?.low).toBeLessThanOrEqual(one?.likely ?? Number.NaN);
        expect(one?.likely).toBeLessThanOrEqual(one?.high ?? Number.NaN);
        expect(twice?.high).toBeCloseTo((one?.high ?? Number.NaN) * 2, 5);
      }),
      { numRuns: 100 },
    );
  });
});

it('a quantile lies between its neighbours', () => {
  const sorted = Float64Array.of(1, 2, 4);
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share))).toEqual([1, 1.5, 2, 3, 4]);
});
