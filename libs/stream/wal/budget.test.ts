import { describe, expect, it } from 'vitest';
import { createBudget } from './budget.ts';

/** A budget of 100 of which `segments` are read by everyone and may go. */
function budgetOf(segments: number[], unread = 0) {
  const budget = createBudget(100);
  budget.add(segments.reduce((sum, size) => sum + size, unread));
  budget.onPressure(async () => {
    const freed = segments.shift();
    if (freed !== undefined) budget.give(freed);
    return freed !== undefined;
  });
  return budget;
}

describe('making room', () => {
  it('frees as much as an append needs, also where the log was far from full', async () => {
    const budget = budgetOf([10, 10, 10, 10, 10]);
    expect(budget.take(80)).toBe(false);
    expect(await budget.makeRoom(80)).toBe(true);
    expect(budget.used).toBe(100);
  });

  it('frees a tenth at once, so that the next append does not ask again', async () => {
    const budget = budgetOf([10, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
    expect(await budget.makeRoom(1)).toBe(true);
    expect(budget.used).toBe(91);
  });

  it('serves a large need that comes while a small one is served', async () => {
    const budget = budgetOf([20, 20, 20, 20, 20]);
    expect(await Promise.all([budget.makeRoom(10), budget.makeRoom(70)])).toEqual([true, true]);
  });

  it('says no where what is left has not been read', async () => {
    const budget = budgetOf([10], 60);
    expect(await budget.makeRoom(41)).toBe(false);
    expect(budget.used).toBe(60);
  });

  it('goes on after a call for which there was nothing to free', async () => {
    const budget = budgetOf([50]);
    expect(await budget.makeRoom(20)).toBe(true);
    expect(await budget.makeRoom(90)).toBe(false);
    expect(await budget.makeRoom(80)).toBe(true);
  });
});
