import { describe, expect, it } from 'vitest';
import { createPace } from './pace.ts';

const bytes = 1024 * 1024;

describe('createPace', () => {
  /** Rounds of as many requests as allowed, each as slow as the server says for so many at once. */
  const run = (
    pace: ReturnType<typeof createPace>,
    rounds: number,
    msOf: (requests: number) => number,
    clock: { now: number },
  ) => {
    for (let round = 0; round < rounds; round++) {
      const requests = pace.limit();
      const startedAt = clock.now;
      clock.now += msOf(requests);
      for (let i = 0; i < requests; i++) pace.answered(startedAt, msOf(requests), bytes, requests - 1);
    }
  };
  const start = (most = 8) => {
    const clock = { now: 0 };
    return { clock, pace: createPace(most, () => clock.now) };
  };

  it('rises to the most where the server does not slow down', () => {
    const { pace, clock } = start();
    expect(pace.limit()).toBe(1);
    run(pace, 20, () => 50, clock);
    expect(pace.limit()).toBe(8);
  });

  it('stays low where more requests only wait for each other', () => {
    const { pace, clock } = start();
    run(pace, 200, (requests) => 50 * requests, clock);
    expect(pace.limit()).toBeGreaterThanOrEqual(1);
    expect(pace.limit()).toBeLessThanOrEqual(3);
  });

  it('halves on overload, once per round trip', () => {
    const { pace, clock } = start();
    run(pace, 20, () => 50, clock);
    const startedAt = clock.now;
    clock.now += 50;
    for (let i = 0; i < 8; i++) pace.overloaded(startedAt);
    expect(pace.limit()).toBe(4);
    pace.overloaded(clock.now);
    expect(pace.limit()).toBe(2);
    for (let i = 0; i < 9; i++) pace.overloaded(clock.now);
    expect(pace.limit()).toBe(1);
  });

  it('does not rise while less than the limit is in use', () => {
    const { pace, clock } = start();
    run(pace, 3, () => 50, clock);
    const before = pace.limit();
    for (let i = 0; i < 100; i++) pace.answered(clock.now, 50, bytes, 0);
    expect(pace.limit()).toBe(before);
  });
});
