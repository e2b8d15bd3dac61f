import { expect, it } from 'vitest';
import { halfLifeMs, type RiskyAlert, riskCurve, riskOf, riskScore } from './entity_risk.ts';

const alert = (more: Partial<RiskyAlert> = {}): RiskyAlert => ({
  ...{ id: 'a', last: 1_000, status: 'open', reason: null, detector: { level: 'high' } },
  ...more,
});

it('halves an alert with each half-life, and counts none before it came', () => {
  expect([999, 1_000, 1_000 + halfLifeMs, 1_000 + 3 * halfLifeMs].map((at) => riskOf(alert(), at))).toEqual([
    0, 50, 25, 6.25,
  ]);
});

it('counts what was harmless as nothing, and what was an attack still', () => {
  expect(riskOf(alert({ status: 'closed', reason: 'false_positive' }), 1_000)).toBe(0);
  expect(riskOf(alert({ status: 'closed', reason: 'true_positive' }), 1_000)).toBe(50);
  // A reopened alert keeps no reason that still holds.
  expect(riskOf(alert({ status: 'open', reason: 'false_positive' }), 1_000)).toBe(50);
});

it('adds up below 100', () => {
  expect(riskScore(0)).toBe(0);
  expect(riskScore(100)).toBeCloseTo(63.2, 1);
  expect(riskScore(1e6)).toBeLessThanOrEqual(100);
});

it('draws a curve that rises with an alert and falls after it', () => {
  const curve = riskCurve([alert({ last: 500 })], { from: 0, to: 2 * halfLifeMs }, 3);
  expect(curve.map(({ at }) => at)).toEqual([0, halfLifeMs, 2 * halfLifeMs]);
  const [before, after, later] = curve.map(({ score }) => score);
  expect(before).toBe(0);
  expect(after).toBeCloseTo(riskScore(25), 3);
  expect(later).toBeLessThan(after as number);
});
