import { expect, it } from 'vitest';
import type { ModelBacktest } from './backtest.ts';
import { gatesOf } from './gates.ts';

const minute = 60_000;
const now = Date.UTC(2026, 10, 23, 12);
const budget = {
  ...{ alertsPerDay: 20, perSecond: 1, lookBack: 10_080 * minute },
  ...{ leastEvents: 500, leastTime: 30 * minute },
};
const gate = (name: string, found: Partial<ModelBacktest>, perDay = 20) => {
  const { total = found.events ?? 900, covered = found.span ?? 0, alerts = 0 } = found;
  const result: ModelBacktest = {
    ...{ events: 900, scored: 900, matches: 0, span: 0, perSecond: 9_000, quantiles: [], faults: [] },
    ...{ examples: [], alertsPerDay: (alerts * 1_440 * minute) / Math.max(1, covered) },
    ...{ ...found, total, covered, alerts },
  };
  const gates = gatesOf(result, { ...budget, alertsPerDay: perDay }, now);
  const one = gates.find((each) => each.name === name);
  return [one?.passed, one?.found];
};
const alertsGate = (found: Partial<ModelBacktest>, perDay?: number) => gate('alerts', found, perDay);

it.each([
  [{ span: 30 * minute }, true, '900 of 900 stored events are for it, in 30 min.'],
  [{ span: 29 * minute }, false, /^Too little was looked at: 900 .* Wait until 2026-11-23T12:01Z/],
  [{ span: 300 * minute, scored: 499 }, false, /500 in 30 min are the least. Wait until more have come/],
  [
    { span: 300 * minute, events: 2_000, total: 90_000 },
    true,
    '900 of 2000 stored events are for it, taken evenly from 90000 in 5 h.',
  ],
  [
    { span: 300 * minute, scored: 499, events: 500, total: 90_000 },
    false,
    /500 in 30 min are the least. Look at more of them \(events: 1000\)/,
  ],
  [{ span: 300 * minute, faults: ['no input'] }, false, 'It failed on stored events: no input'],
])('wants that enough was looked at, whatever was found: %o', (found, passed, says) => {
  const text = typeof says === 'string' ? says : expect.stringMatching(says);
  expect(gate('backtest', found)).toEqual([passed, text]);
});

it('says that data is too little where a few alerts may be chance, and until when to wait', () => {
  // One in 72 minutes is the budget; ten of them have passed.
  expect(alertsGate({ alerts: 1, span: 10 * minute })).toEqual([
    false,
    'Too little data: 1 alert in 10 min; 20 a day are the budget. Wait until 2026-11-23T13:02Z, when so many are within it, or force it.',
  ]);
});

it('says how many events of more would tell, where it looked at some of them', () => {
  const found = { alerts: 1, span: 10_000 * minute, covered: 10 * minute, events: 20_000 };
  expect(alertsGate({ ...found, total: 20_000_000 })).toEqual([
    false,
    'Too little data: 1 alert in 10 min, looked at evenly in 6.94 days; 20 a day are the budget. Look at more of them (events: 288000), or force it.',
  ]);
  expect(alertsGate({ ...found, total: 100_000 })[1]).toContain('(events: 100000)');
  expect(alertsGate({ ...found, covered: 2 * minute, total: 20_000_000 })[1]).toMatch(
    /Even 1000000 events would be too few/,
  );
});

it('goes by alerts a day, of which an entity makes no more than one an hour', () => {
  const found = { alerts: 5, span: 10_000 * minute, covered: 10 * minute, events: 20_000, total: 20_000_000 };
  expect(alertsGate(found)[0]).toBe(false);
  expect(alertsGate({ ...found, alertsPerDay: 24 }, 24)[0]).toBe(true);
});

it('says that waiting changes nothing where a backtest looks no further back', () => {
  // A chance of some 20 %; the alerts would be within it after 7.5 days.
  expect(alertsGate({ alerts: 150, span: 10_080 * minute })).toEqual([
    false,
    expect.stringMatching(/^Over the budget: 150 alerts in 7 days;.*waiting changes nothing/),
  ]);
});

it.each([
  // Of 0.14 expected, three are a chance of 0.04 %.
  [3, 10 * minute, 20, false, '3 alerts in 10 min; 20 a day are the budget.'],
  [0, 10 * minute, 20, true, '0 alerts in 10 min; 20 a day are the budget.'],
  [4, 300 * minute, 20, true, '4 alerts in 5 h; 20 a day are the budget.'],
  // Where e to the minus expected is no number any more.
  [7_400, 10_080 * minute, 1_000, false, '7400 alerts in 7 days; 1000 a day are the budget.'],
])('holds %i alerts in %i ms to the budget', (alerts, span, perDay, passed, found) => {
  expect(alertsGate({ alerts, span }, perDay)).toEqual([passed, found]);
});
