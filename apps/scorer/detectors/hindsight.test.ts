import { describe, expect, it } from 'vitest';
import { defined } from './definition.fixture.ts';
import type { Definition } from './definition.ts';
import { alertOf, effectOf, type Past, type PastResult, suggestionsFrom } from './hindsight.ts';
import { edgesOf, parseNormal, type Reach, type Tolerance } from './normal.ts';

const hour = 3_600_000;
const definition = defined(`
id: logons
title: Many log-ons
filter: 'event.category: authentication'
by: [user.name]
interval: 10m
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 10 }
  - { name: hosts, aggregate: cardinality, field: host.name, min_absolute: 2, min_relative: 1 }
`);

const odd = (user: string, at: number, logons: number, grade = 0.5, hosts = 1): PastResult => ({
  ...{ entity: [user], from: at * hour, score: 0.7, grade, confidence: 1 },
  features: [
    { name: 'logons', actual: logons, expected: 4, contribution: 0.6 },
    { name: 'hosts', actual: hosts, expected: 1, contribution: 0.1 },
  ],
});
const closed = (...judged: readonly [PastResult, 'true_positive' | 'false_positive'][]): Past => ({
  results: judged.map(([result]) => result),
  verdicts: new Map(judged.map(([result, reason]) => [alertOf(definition, result), reason])),
});
const above = (absolute: number) => ({ feature: 'logons', direction: 'above', absolute }) as const;
const bobs = (...features: readonly Reach[]): Tolerance => ({ entity: ['bob'], features });

describe('what is normal of an entity', () => {
  const past = closed(
    [odd('bob', 1, 40), 'false_positive'],
    [odd('bob', 2, 300), 'true_positive'],
    [odd('alice', 1, 40), 'true_positive'],
  );
  const none = { hiddenAlerts: 0, harmless: 0, truePositives: 0 };
  it.each([
    [bobs(above(36)), { hiddenAlerts: 1, harmless: 1, truePositives: 0 }],
    [bobs(above(35)), none],
    [
      bobs({ feature: 'logons', direction: 'above', relative: 9 }),
      { hiddenAlerts: 1, harmless: 1, truePositives: 0 },
    ],
    [bobs({ ...above(1_000), direction: 'below' }), none],
    [bobs({ ...above(1_000), feature: 'hosts' }), none],
    [{ features: [{ ...above(36), direction: 'both' }] }, { hiddenAlerts: 2, harmless: 1, truePositives: 1 }],
    [{ ...bobs(above(36)), expires: hour }, none],
  ] as const)('%j hides %j', (tolerance, effect) =>
    expect(effectOf(definition, past, [tolerance])).toEqual({
      ...{ intervals: 3, alerts: 3, hiddenIntervals: effect.hiddenAlerts },
      ...effect,
    }),
  );

  it('hides nothing where another feature is off as well, and no alert of which an interval is left', () => {
    const two = closed([odd('bob', 1, 40, 0.5, 30), 'false_positive']);
    expect(effectOf(definition, two, [bobs(above(36))])).toMatchObject({ hiddenIntervals: 0 });
    const same = closed([odd('bob', 1, 40), 'false_positive'], [odd('bob', 1, 90), 'false_positive']);
    expect(effectOf(definition, same, [bobs(above(36))])).toMatchObject({
      ...{ alerts: 1, hiddenIntervals: 1, hiddenAlerts: 0 },
    });
  });

  it('widens the band in which a value is no alert', () => {
    const [logons, hosts] = definition.features as [Definition['features'][0], Definition['features'][0]];
    expect(edgesOf(logons, [], 4)).toEqual({ lower: null, upper: 14 });
    expect(edgesOf(logons, [bobs(above(36))], 4)).toEqual({ lower: null, upper: 40 });
    expect(edgesOf(hosts, [], 5)).toEqual({ lower: 0, upper: 10 });
  });

  it('is said with how far, or refused', () => {
    const text = `
id: 7d0f3c0a-55d1-4d3f-9a5c-0d9b8b6f2a11
detector: logons
reason: nightly job
author: alice
created: 2026-05-04T00:00:00Z
`;
    const within = (more: string) =>
      parseNormal(`${text}features: [{ feature: logons, direction: above${more} }]\n`);
    expect(within('')).toMatchObject({ ok: false, faults: [{ path: 'features.0.absolute' }] });
    expect(within(', absolute: 5')).toMatchObject({
      ok: true,
      normal: { features: [{ absolute: 5 }], created: Date.UTC(2026, 4, 4) },
    });
  });
});

describe('what verdicts speak for', () => {
  const harmless = [1, 2, 3].map((at): [PastResult, 'false_positive'] => [
    odd('bob', at, 40 + at),
    'false_positive',
  ]);
  it('is what is normal of an entity, once three of its alerts were none', () => {
    expect(suggestionsFrom(definition, closed(...harmless.slice(1)), [])).toEqual([]);
    expect(suggestionsFrom(definition, closed(...harmless), [])).toEqual([
      {
        kind: 'normal',
        ...bobs(above(39)),
        effect: expect.objectContaining({ harmless: 3, hiddenAlerts: 3 }),
      },
    ]);
  });

  it('is nothing that would have hidden an attack', () =>
    expect(
      suggestionsFrom(definition, closed(...harmless, [odd('bob', 9, 30), 'true_positive']), []),
    ).toEqual([]));

  it('is a grade between attacks and what was none', () => {
    const attacks = [5, 6, 7].map((at): [PastResult, 'true_positive'] => [
      odd('carol', at, 500, 0.8012),
      'true_positive',
    ]);
    const [first] = suggestionsFrom(definition, closed(...harmless, ...attacks), []);
    expect(first).toMatchObject({ kind: 'grade', grade: 0.801, effect: { harmless: 3, truePositives: 0 } });
  });
});
