import { expect, it } from 'vitest';
import type { ModelBacktest } from './backtest.ts';
import { gatesOf } from './gates.ts';

const minute = 60_000;
const now = Date.UTC(2026, 10, 23, 12);
const alertsGate = (alerts: number, span: number, { perDay = 20, isCut = false } = {}) => {
  const rest = {
    events: 900,
    scored: 900,
    matches: alerts,
    perSecond: 9_000,
    quantiles: [],
    faults: [],
    examples: [],
  };
  const result: ModelBacktest = { ...rest, alerts, span };
  const gate = gatesOf(
    result,
    { alertsPerDay: perDay, perSecond: 1, lookBack: 10_080 * minute },
    isCut,
    now,
  ).find(({ name }) => name === 'alerts');
  return [gate?.passed, gate?.found];
};

it('says that data is too little where a few alerts may be chance, and until when to wait', () => {
  const found = '1 alert in 10 min; 20 a day are the budget.';
  // One in 72 minutes is the budget; ten of them have passed.
  expect(alertsGate(1, 10 * minute)).toEqual([
    false,
    `Too little data: ${found} Wait until 2026-11-23T13:02Z, when so many are within it, or force it.`,
  ]);
  const [passed, cut] = alertsGate(1, 10 * minute, { isCut: true });
  expect([passed, cut]).toEqual([false, expect.stringMatching(/^Too little data.*waiting changes nothing/)]);
});

it('says that waiting changes nothing where a backtest looks no further back', () => {
  // A chance of some 20 %; the alerts would be within it after 7.5 days.
  expect(alertsGate(150, 10_080 * minute)).toEqual([
    false,
    expect.stringMatching(/^Over the budget: 150 alerts in 7 days;.*waiting changes nothing/),
  ]);
});

it.each([
  // Of 0.14 expected, three are a chance of 0.04 %.
  [3, 10 * minute, {}, false, '3 alerts in 10 min; 20 a day are the budget.'],
  [0, 10 * minute, {}, true, '0 alerts in 10 min; 20 a day are the budget.'],
  [4, 300 * minute, {}, true, '4 alerts in 5 h; 20 a day are the budget.'],
  // Where e to the minus expected is no number any more.
  [7_400, 10_080 * minute, { perDay: 1_000 }, false, '7400 alerts in 7 days; 1000 a day are the budget.'],
])('holds %i alerts in %i ms to the budget', (alerts, span, more, passed, found) => {
  expect(alertsGate(alerts, span, more)).toEqual([passed, found]);
});
