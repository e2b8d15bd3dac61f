import { describe, expect, it } from 'vitest';
import { breachOf, project } from './breach.ts';

const none = new Float64Array();
const steady = (rate: number) => ({ low: rate, likely: rate, high: rate });

describe('a projected level', () => {
  it('grows by its rate where nothing leaves', () => {
    const path = project({ level: 100, rate: 10, leaving: none, lifetimes: [] }, 3);
    expect([...path]).toEqual([100, 110, 120, 130]);
  });

  it('levels off at what comes in a lifetime, once what was there has left', () => {
    const leaving = Float64Array.of(0, 25, 50, 75, 100);
    const path = project({ level: 100, rate: 10, leaving, lifetimes: [{ share: 1, steps: 3 }] }, 8);
    expect([...path]).toEqual([100, 85, 70, 55, 30, 30, 30, 30, 30]);
  });

  it('keeps growing by the share that stays', () => {
    const path = project({ level: 0, rate: 10, leaving: none, lifetimes: [{ share: 0.4, steps: 1 }] }, 3);
    expect([...path]).toEqual([0, 10, 16, 22]);
  });
});

describe('a breach', () => {
  it('comes where the line meets the limit, sooner and later at the edges of the growth', () => {
    const growth = { low: 4, likely: 8, high: 16 };
    const breach = breachOf({ level: 100, growth, limit: 200, leaving: none, lifetimes: [], steps: 100 });
    expect(breach).toEqual({ soonest: 6.25, likely: 12.5, latest: 25, peak: 900 });
  });

  it('is now where the limit is passed', () => {
    const at = { level: 300, limit: 200, leaving: none, lifetimes: [], steps: 10 };
    expect(breachOf({ ...at, growth: steady(0) })).toMatchObject({ soonest: 0, likely: 0, latest: 0 });
  });

  it('is absent where retention keeps the level below, or what comes is too little for the horizon', () => {
    const lifetimes = [{ share: 1, steps: 5 }];
    const growth = { low: 8, likely: 10, high: 50 };
    const breach = breachOf({ level: 0, growth, limit: 100, leaving: none, lifetimes, steps: 1_000 });
    expect(breach).toEqual({ soonest: 2, peak: 50 });
    expect(
      breachOf({ level: 0, growth: steady(1), limit: 100, leaving: none, lifetimes: [], steps: 99 }),
    ).toEqual({
      peak: 99,
    });
  });

  it('of what shrinks is absent', () => {
    const at = { level: 50, limit: 100, leaving: none, lifetimes: [], steps: 10 };
    expect(breachOf({ ...at, growth: steady(-5) })).toEqual({ peak: 50 });
  });
});
