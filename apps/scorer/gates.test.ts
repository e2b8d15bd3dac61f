import { expect, it } from 'vitest';
import type { ModelBacktest } from './backtest.ts';
import { gatesOf } from './gates.ts';

const minute = 60_000;
const now = Date.UTC(2026, 10, 23, 12);
const budget = {
  ...{ alertsPerDay: 20, perSecond: 1, lookBack: 10_080 * minute },
  ...{ leastEvents: 500, leastTime: 30 * minute },
};
const gate = (
  name: string,
  found: Partial<ModelBacktest>,
  { perDay: alertsPerDay = 20, isCut = false } = {},
) => {
  const result: ModelBacktest = {
    ...{ events: 900, scored: 900, matches: 0, alerts: 0, span: 0, perSecond: 9_000 },
    ...{ quantiles: [], faults: [], examples: [], ...found },
  };
  const gates = gatesOf(result, { ...budget, alertsPerDay }, isCut, now);
  const one = gates.find((each) => each.name === name);
  return [one?.passed, one?.found];
};
const alertsGate = (alerts: number, span: number, more = {}) => gate('alerts', { alerts, span }, more);

it.each([
  [{ span: 30 * minute }, {}, true, '900 of 900 stored events are for it, in 30 min.'],
  [{ span: 29 * minute }, {}, false, /^Too little was looked at: 900 .* Wait until 2026-11-23T12:01Z/],
  [{ span: 300 * minute, scored: 499 }, {}, false, /500 in 30 min are the least. Wait until more have come/],
  [
    { span: minute, scored: 20_000 },
    { isCut: true },
    true,
    '20000 of 900 stored events are for it, in 1 min.',
  ],
  [
    { span: minute, scored: 499 },
    { isCut: true },
    false,
    /500 in 30 min are the least. .*waiting changes nothing/,
  ],
  [{ span: 300 * minute, faults: ['no input'] }, {}, false, 'It failed on stored events: no input'],
])('wants that enough was looked at, whatever was found: %o', (found, more, passed, says) => {
  const text = typeof says === 'string' ? says : expect.stringMatching(says);
  expect(gate('backtest', found, more)).toEqual([passed, text]);
});

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
