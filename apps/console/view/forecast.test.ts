import type { ForecastRow } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import {
  chartRows,
  errorWords,
  figure,
  inOrder,
  lookOf,
  percent,
  seasonWords,
  stateWord,
} from './forecast.ts';

it('writes numbers of any size in three figures', () => {
  expect([0, 0.012345, 12.34, -3, 999.9, 12_345, -2e9, null].map(figure)).toEqual([
    ...['0', '0.0123', '12.3', '−3', '1 k', '12.3 k', '−2 G', '–'],
  ]);
  expect([0.5, 0.987, 1, null].map(percent)).toEqual(['50 %', '98.7 %', '100 %', '–']);
  expect([0, 86_400, 604_800, 43_200].map(seasonWords)).toEqual(['none', 'a day', 'a week', '12 hours']);
});

it('tells what is unusual from what is not known', () => {
  expect(lookOf({ state: 'ready', score: 1.2 })).toBe('bad');
  expect(lookOf({ state: 'ready', score: null })).toBe('idle');
  expect(lookOf({ state: 'stale', score: null })).toBe('warn');
  expect(stateWord({ state: 'learning', score: 2 })).toBe('unusual');
  expect(stateWord({ state: 'learning', score: 0.2 })).toBe('learning');
});

it('calls an error one of a back-test until a day has told', () => {
  const never = { '1d': null, '7d': null };
  const backtest = { in1h: 0.712, in24h: null };
  const errors = { in1h: never, in24h: never, backtest };
  expect(errorWords(errors, 'in1h')).toBe('0.71 of seasonal-naive’s, in a back-test');
  expect(errorWords(errors, 'in24h')).toBe('not known yet');
  const told = { ...errors, in1h: { '1d': 0.8, '7d': null } };
  expect(errorWords(told, 'in1h')).toBe('0.80 of seasonal-naive’s');
});

it('lists the unusual first, then what nears its limit', () => {
  const row = (name: string, score: number, likely: number | null) =>
    ({ name, score, breach: { soonest: likely, likely } }) as ForecastRow;
  const names = inOrder([row('b', 0, null), row('a', 0, null), row('d', 0, 5), row('c', 2, null)]);
  expect(names.map(({ name }) => name)).toEqual(['c', 'd', 'a', 'b']);
});

it('puts the future after the past, and nothing of it before', () => {
  const rows = chartRows({
    history: {
      times: [1, 2, 3],
      actual: [5, null, 6],
      expected: [5, 5, 5],
      lower: [4, 4, 4],
      upper: [6, 6, 6],
    },
    future: {
      times: [2.5, 4],
      expected: [1, 7],
      lower80: [1, 6],
      upper80: [1, 8],
      lower99: [1, 5],
      upper99: [1, 9],
    },
  });
  expect(rows).toEqual({
    times: [1, 2, 3, 4],
    actual: [5, null, 6, null],
    expected: [5, 5, 5, 7],
    lower99: [4, 4, 4, 5],
    upper99: [6, 6, 6, 9],
    lower80: [null, null, null, 6],
    upper80: [null, null, null, 8],
    ahead: 3,
  });
});
