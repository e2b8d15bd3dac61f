import { expect, it } from 'vitest';
import { createSuspensions } from './suspension.ts';

it('suspends what fails three times in a row, for a minute first and twice as long each time, an hour at most', () => {
  let now = 0;
  const suspensions = createSuspensions(() => now);
  expect([suspensions.failed('a', 'slow'), suspensions.failed('a', 'slow')]).toEqual([undefined, undefined]);
  expect(suspensions.current()).toEqual([]);
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    const { since, until } = suspensions.failed('a', 'slow') ?? { since: 0, until: 0 };
    pauses.push((until - since) / 60_000);
    expect(suspensions.current()).toMatchObject([{ model: 'a', until }]);
    now = until;
    expect(suspensions.current()).toEqual([]);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  // Whoever works in between begins anew.
  suspensions.worked('a');
  expect(suspensions.failed('a', 'slow')).toBeUndefined();
  expect(suspensions.failed('b', 'took its thread with it', true)).toMatchObject({ until: now + 60_000 });
});
