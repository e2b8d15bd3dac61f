import { expect, it } from 'vitest';
import { createPace } from './pace.ts';

it('lets through what the pace allows, however large the calls are, and says when to come again', () => {
  let now = 0;
  const pace = createPace(() => now);
  let taken = 0;
  for (now = 1; now < 600_000; ) {
    const wait = pace.take(5_000, 100);
    if (wait === 0) taken += 5_000;
    else now += wait * 1_000;
  }
  expect(taken).toBeGreaterThan(55_000);
  expect(taken).toBeLessThanOrEqual(65_000);
});

it('saves up a minute at the most', () => {
  let now = 0;
  const pace = createPace(() => now);
  now = 86_400_000;
  let calls = 0;
  while (pace.take(1_000, 100) === 0) calls++;
  expect(calls).toBe(6);
});

it('outlasts a clock that is set back', () => {
  let now = 1_000_000;
  const pace = createPace(() => now);
  now = 0;
  expect(pace.take(1, 100)).toBeGreaterThan(0);
  now = 1_000;
  expect(pace.take(1, 100)).toBe(0);
});
