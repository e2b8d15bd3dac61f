import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQuotas, quotaConfig } from './quota.ts';

function quotasAt(limits: object) {
  const clock = { now: 100 };
  return { clock, quotas: createQuotas(quotaConfig.parse(limits), () => clock.now) };
}

test('takes the burst at once, then tells how long to wait, and counts what it refused', () => {
  const { clock, quotas } = quotasAt({ events_per_second: 10, burst_seconds: 2 });
  expect(quotas.take('a', 20, 1e9)).toBe(0);
  expect(quotas.take('a', 5, 50)).toBeCloseTo(0.001);
  clock.now += 0.1;
  expect(quotas.take('a', 11, 0)).toBe(0);
  expect(quotas.take('a', 3, 30)).toBeCloseTo(1.001);
  expect(quotas.refused).toEqual({ events: 8, bytes: 80 });
  expect(quotas.take('b', 20, 0)).toBe(0);
});

test('a batch above the burst is late, not refused for ever', () => {
  const { clock, quotas } = quotasAt({ events_per_second: 1_000, burst_seconds: 1 });
  expect(quotas.take('a', 50_000, 0)).toBe(0);
  const wait = quotas.take('a', 1, 0);
  expect(wait).toBeCloseTo(49.001);
  clock.now += wait;
  expect(quotas.take('a', 50_000, 0)).toBe(0);
});

test('asking takes nothing', () => {
  const { quotas } = quotasAt({ bytes_per_second: 10, burst_seconds: 1 });
  for (let i = 0; i < 100; i++) expect(quotas.take('a', 0, 0)).toBe(0);
  expect(quotas.take('a', 1, 10)).toBe(0);
  expect(quotas.take('a', 0, 0)).toBeGreaterThan(0);
});

test('whoever waits as told gets in, and no more than the rate and one batch passes', () => {
  const step = fc.record({
    events: fc.integer({ min: 1, max: 500 }),
    pause: fc.double({ min: 0, max: 2, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const { clock, quotas } = quotasAt({ events_per_second: 100, burst_seconds: 1 });
      let taken = 0;
      for (const { events, pause } of steps) {
        clock.now += pause;
        const wait = quotas.take('a', events, 0);
        if (wait > 0) {
          clock.now += wait;
          expect(quotas.take('a', events, 0)).toBe(0);
        }
        taken += events;
      }
      expect(taken).toBeLessThanOrEqual(100 * (clock.now - 100) + 100 + 500);
    }),
  );
});

test('made-up names share one bucket once there are too many, and cost no memory', () => {
  const { clock, quotas } = quotasAt({ events_per_second: 1, burst_seconds: 1 });
  for (let i = 0; i < 10_000; i++) expect(quotas.take(`name-${i}`, 2, 0)).toBe(0);
  expect(quotas.take('one-more', 2, 0)).toBe(0);
  expect(quotas.take('and-another', 2, 0)).toBeGreaterThan(0);
  clock.now += 10;
  expect(quotas.take('and-another', 2, 0)).toBe(0);
  expect(quotas.take('a-third', 2, 0)).toBe(0);
});
