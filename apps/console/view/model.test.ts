import type { Model } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { aboutOf, alertsHref, calibrationWords, latencyWords, mayRollBack, shownVersion } from './model.ts';

const version = (name: string, stage: Model['versions'][number]['stage']): Model['versions'][number] => ({
  ...{ version: name, stage, origin: 'shipped', runs: true },
});
const change = (name: string, to: 'live' | 'shadow'): Model['history'][number] => ({
  ...{ at: '2026-11-22T10:00:00Z', by: 'alice', version: name, from: 'candidate', to, why: 'better' },
});

it('shows the live version first, then the one in shadow, then the newest', () => {
  const versions = [version('1', 'retired'), version('2', 'shadow'), version('3', 'candidate')];
  expect(shownVersion({ live: '1', versions })).toBe('1');
  expect(shownVersion({ live: null, versions })).toBe('2');
  expect(shownVersion({ live: null, versions: [version('4', 'candidate')] })).toBe('4');
  expect(shownVersion({ live: null, versions: [] })).toBeUndefined();
});

it('says of a model what its shown version does', () => {
  const about = (manifest: object | null, ratios: readonly number[]) => ({
    ...{ version: '2', card: null, golden: null, calibration: null, manifest },
    drift: {
      scores: 0,
      windows: 2,
      series: ratios.map((ratio) => ({ feature: null, psi: 0, ks: null, ratio })),
    },
  });
  const model = (...all: readonly object[]) =>
    ({ name: 'odd', live: '2', versions: [version('2', 'live')], history: [], about: all }) as never;
  const manifest = { kind: 'onnx', score: { title: 'Odd flow' } };
  expect(aboutOf(model(about(manifest, [0.2, 1.5])))).toEqual({
    title: 'Odd flow',
    kind: 'onnx',
    drift: 1.5,
  });
  expect(aboutOf(model(about(null, [])))).toEqual({ title: null, kind: null, drift: null });
  expect(aboutOf(model())).toEqual({ title: null, kind: null, drift: null });
  expect(alertsHref('odd')).toBe('/alerts?q=rule.id%3A%20%22odd%22&status=all&from=now-30d');
});

it('goes back only to a version that was live', () => {
  expect(mayRollBack({ live: '2', history: [change('1', 'live'), change('2', 'live')] })).toBe(true);
  expect(mayRollBack({ live: '2', history: [change('1', 'shadow'), change('2', 'live')] })).toBe(false);
});

it('tells latency from speed', () =>
  expect([latencyWords(4_000), latencyWords(null), latencyWords(0)]).toEqual([
    '0.25 ms',
    'not measured',
    'not measured',
  ]));

it('says how far scores are off where enough alerts were judged', () =>
  expect([
    calibrationWords({ verdicts: 3, attacks: 1, error: null }),
    calibrationWords({ verdicts: 40, attacks: 10, error: 0.75 }),
  ]).toEqual([
    '1 of 3 judged alerts were attacks. Too few to say how far its scores are off.',
    '10 of 40 judged alerts were attacks. Its scores are off by 75 % on average.',
  ]));
