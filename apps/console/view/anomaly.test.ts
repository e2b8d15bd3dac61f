import { parseKql } from '@tidewatch/query';
import { expect, it } from 'vitest';
import {
  bandRows,
  detectorWord,
  effectWords,
  eventsOf,
  judgeHref,
  outcomeWord,
  reachesOf,
  reachWords,
  roundedUp,
} from './anomaly.ts';

it('asks for the events of an entity, whatever its name', () => {
  const q = eventsOf({ filter: 'a: 1 or b: 2', by: ['user.name'] }, ['al"ice\\x']);
  expect(q).toBe(String.raw`(a: 1 or b: 2) and user.name: "al\"ice\\x"`);
  expect(parseKql(q)).toMatchObject({ ok: true, ast: { kind: 'and' } });
});

it('draws a band to the end of the values where there is no edge, and none where nothing was expected', () => {
  const feature = (actual: number, expected: number | null, upper: number | null) => ({
    ...{ actual, expected, lower: null, upper },
  });
  const points = [
    { from: 10, score: 0, grade: 0, features: [feature(5, 4, 14)] },
    { from: 20, score: 0.7, grade: 0.4, features: [feature(40, null, null)] },
  ];
  expect(bandRows({ points }, 0)).toEqual({
    ...{ times: [10, 20], actual: [5, 40], expected: [4, null], lower: [0, null], upper: [14, null] },
  });
});

it('fills in what an interval was off by, rounded away from what was', () => {
  const part = (name: string, actual: number | null, expected: number | null) => ({
    ...{ name, actual, expected, contribution: 0 },
  });
  const features = [part('logons', 40, 4.6), part('hosts', 1, 3), part('same', 2, 2), part('none', null, 1)];
  expect(reachesOf({ features })).toEqual([
    { feature: 'logons', direction: 'above', absolute: 36 },
    { feature: 'hosts', direction: 'below', absolute: 2 },
  ]);
  expect([0.0234, 1, 99.1, 12_345].map(roundedUp)).toEqual([0.024, 1, 100, 13_000]);
  expect(reachWords({ feature: 'logons', direction: 'both', absolute: 36, relative: 2 })).toBe(
    'logons up to 36 or 200 % off what is expected',
  );
});

it('says what a change would have hidden, and what of that was an attack', () => {
  const effect = {
    intervals: 9,
    hiddenIntervals: 4,
    alerts: 5,
    hiddenAlerts: 3,
    truePositives: 1,
    harmless: 2,
  };
  expect(effectWords(effect, true)).toBe(
    'Of the last 30 days it would have hidden 3 of 5 alerts (4 of 9 intervals); of these, 2 closed as harmless, 1 closed as true positive.',
  );
  expect(effectWords({ ...effect, alerts: 0 }, true)).toContain('nothing to try it on');
  expect(effectWords(effect, false)).toMatch(/true positive\. There was more in that time/);
});

it('leads from an alert to where its interval is called normal', () => {
  const href = judgeHref('logons', ['a&b', 'web 1'], { from: 60_000, to: 120_000 });
  const { pathname, searchParams } = new URL(href, 'http://localhost');
  expect(pathname).toBe('/anomalies');
  expect(Object.fromEntries(searchParams)).toEqual({
    ...{ id: 'logons', entity: '["a&b","web 1"]', at: '60000', judge: 'yes', from: '60000', to: '120001' },
  });
});

it('says how a detector stands, and what became of an interval', () => {
  const state = {
    ...{ events: 1, newest: 1, late: 0, leftOut: 0, known: 1, active: 1, graded: 0, results: 0, alerts: 0 },
    lastResult: null,
  };
  expect(detectorWord({ runs: false })).toBe('off');
  expect(detectorWord({ runs: true, state: { ...state, newest: null } })).toBe('waits');
  expect(detectorWord({ runs: true, state })).toBe('learns');
  expect(detectorWord({ runs: true, state: { ...state, graded: 1 } })).toBe('grades');
  expect([outcomeWord({}), outcomeWord({ suppressed: 'normal' })]).toEqual(['alert', 'called normal']);
});
