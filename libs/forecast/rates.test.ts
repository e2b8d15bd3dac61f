import { describe, expect, it } from 'vitest';
import { rateOf } from './rates.ts';

const times = (count: number, step = 60): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => i * step);

describe('the rate of a counter', () => {
  it('is what it grew per second', () =>
    expect([...rateOf(times(3), Float64Array.of(100, 160, 400))]).toEqual([Number.NaN, 1, 4]));

  it('counts from nothing where the counter began anew, and never falls below nothing', () =>
    expect([...rateOf(times(4), Float64Array.of(6_000, 6_060, 30, 90))]).toEqual([Number.NaN, 1, 0.5, 1]));

  it('spreads what came while nobody measured', () =>
    expect([...rateOf(times(4), Float64Array.of(0, Number.NaN, 240, 300))]).toEqual([
      Number.NaN,
      Number.NaN,
      2,
      1,
    ]));
});
