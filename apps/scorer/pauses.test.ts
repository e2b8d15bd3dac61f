import { expect, it } from 'vitest';
import { createPauses } from './pauses.ts';

it('waits twice as long for what is lost again soon, up to a minute, and not at all after a steady time', () => {
  let now = 0;
  const pauses = createPauses(() => now);
  const lostAfter = (ms: number): number => {
    pauses.started();
    now += ms;
    return pauses.next();
  };
  expect([lostAfter(10), lostAfter(10), lostAfter(299_999)]).toEqual([250, 500, 1_000]);
  for (let i = 0; i < 10; i++) lostAfter(10);
  expect(lostAfter(10)).toBe(60_000);
  expect([lostAfter(300_000), lostAfter(10)]).toEqual([0, 250]);
});
