import { createRuleCosts, type RuleCosts, total } from '@tidewatch/sigma';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CostWindow, createCostWindow, type RuleBudget } from './rule_budget.ts';

const budget: RuleBudget = {
  windowMs: 6_000,
  flag: 0.1,
  quarantine: 0.5,
  leastMicroseconds: 20,
  limitMs: 1_000,
};
let costs: RuleCosts;
let window: CostWindow;
beforeEach(() => {
  costs = createRuleCosts(2);
  window = createCostWindow(costs);
});

/** Events of a second in all, of which the rules take their part. */
function second(first: number, other = 0, { events = 1_000, explaining = 0 } = {}): void {
  const add = (figures: Float64Array, place: number, more: number) => {
    figures[place] = (figures[place] as number) + more;
  };
  add(costs.evaluating, 0, first);
  add(costs.evaluating, 1, other);
  add(costs.explaining, 0, explaining);
  add(costs.totals, total.evaluating, 1_000 - explaining);
  add(costs.totals, total.events, events);
  window.move(budget);
}
const seconds = (times: number, ...of: Parameters<typeof second>) => {
  for (let i = 0; i < times; i++) second(...of);
};

describe('a window of costs', () => {
  it('flags a rule above the first bound, and not one below it', () => {
    second(100, 99);
    expect([window.flagged(0), window.flagged(1)]).toEqual([true, false]);
    expect(window.share(0)).toBeCloseTo(0.1);
    expect(window.excessive()).toEqual([]);
  });

  it('calls a rule excessive only when it is over the second bound for the whole window', () => {
    seconds(5, 600, 100);
    expect(window.excessive()).toEqual([]);
    second(600, 100);
    expect(window.excessive()).toEqual([0]);
  });

  it('forgets what is older than the window', () => {
    seconds(6, 600);
    seconds(6, 0);
    expect([window.share(0), window.flagged(0), window.excessive()]).toEqual([0, false, []]);
  });

  it('keeps the flag of a rule that hovers at the bound', () => {
    seconds(6, 110);
    seconds(6, 90);
    expect(window.flagged(0)).toBe(true);
    seconds(6, 40);
    expect(window.flagged(0)).toBe(false);
  });

  it('lets a rule have a great share of little', () => {
    // 19 µs an event, of events that take 20 in all.
    seconds(6, 950, 50, { events: 50_000 });
    expect([window.share(0), window.flagged(0), window.excessive()]).toEqual([0.95, false, []]);
  });

  it('counts explanations for the flag, and nobody is quarantined for what it finds', () => {
    seconds(6, 100, 0, { explaining: 600 });
    expect([window.flagged(0), window.excessive()]).toEqual([true, []]);
  });

  it('does not judge before a part of it has passed', () => {
    costs.evaluating[0] = 900;
    costs.totals[total.evaluating] = 999;
    costs.totals[total.events] = 1;
    expect(window.move(budget)).toBe(false);
    expect(window.flagged(0)).toBe(false);
  });

  it('counts a released rule anew', () => {
    seconds(6, 600, 200);
    window.forget(0);
    second(0, 200);
    expect([window.excessive(), window.flagged(0), window.flagged(1)]).toEqual([[], false, true]);
  });

  it('goes on when other rules come and go', () => {
    seconds(5, 600);
    const more = createRuleCosts(3);
    more.evaluating.set([0, costs.evaluating[0] as number, 0]);
    more.totals.set(costs.totals);
    costs = more;
    window = window.continue(more, [-1, 0, -1]);
    costs.evaluating[1] = (costs.evaluating[1] as number) + 600;
    second(0);
    expect(window.excessive()).toEqual([1]);
  });

  it('begins anew for a rule that changed, whose figures do', () => {
    seconds(5, 600);
    const next = createRuleCosts(2);
    next.totals.set(costs.totals);
    costs = next;
    window = window.continue(next, [0, 1]);
    second(600);
    expect(window.excessive()).toEqual([]);
    expect(window.share(0)).toBeCloseTo(0.1);
  });
});
