import { expect, it } from 'vitest';
import { inTurns } from './in_turns.ts';

it('makes all in order, and lets others have their turn in between', async () => {
  const items = Array.from({ length: 120 }, (_, at) => at);
  const seen: number[] = [];
  let made = 0;
  const look = () => {
    seen.push(made);
    other = setImmediate(look);
  };
  let other = setImmediate(look);
  const doubled = await inTurns(items, (item) => {
    made++;
    return item * 2;
  });
  clearImmediate(other);
  expect(doubled).toEqual(items.map((item) => item * 2));
  expect(seen).toEqual([50, 100]);
});
