import type { Findings } from '@tidewatch/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  config,
  correlation,
  count,
  finalFindings,
  fired,
  type Happened,
  lastWords,
  many,
  plansOf,
  second,
  start,
  stretch,
} from './correlation.fixture.ts';
import { createCorrelator } from './correlator.ts';

describe('finality', () => {
  const { plans } = plansOf(
    ['a', 'b'],
    correlation({ type: 'temporal', rules: ['a', 'b'], condition: 'a and not b', timespan: '1m' }),
  );
  const counting = plansOf(['a'], count({ gte: 3 })).plans;

  it('shows at once what it finds, and says when it is final', () => {
    const correlator = createCorrelator(config, counting);
    const take = (...happened: Happened[]) => correlator.take(stretch(counting, happened)).findings;
    expect(take(...many(2, 'a'))).toEqual([]);
    expect(take(...many(1, 'a', 1, 2))).toMatchObject([{ count: 1, settled: false }]);
    expect(take({ at: 3_000, rule: 'nothing' })).toEqual([]);
    expect(take({ at: 3_600 + 60 + 300 + 1, rule: 'nothing' })).toMatchObject([{ count: 1, settled: true }]);
    expect(correlator.size()).toEqual({ events: 0, groups: 0 });
  });

  it('moves a finding to when late events make it hold', () => {
    const correlator = createCorrelator(config, counting);
    const take = (...happened: Happened[]) => correlator.take(stretch(counting, happened)).findings;
    expect(fired(take(...many(3, 'a', 10, 10)))).toEqual({ 1: [30] });
    expect(fired(take(...many(1, 'a', 1, 0)))).toEqual({ 1: [20] });
    expect(
      correlator.take(
        stretch(counting, [
          { at: 1_000, rule: 'a', fields: { ip: '1' } },
          { at: 5, rule: 'a', fields: { ip: '1' } },
        ]),
      ).late,
    ).toBe(0);
  });

  it('finds what did not happen only when it can no longer happen', () => {
    const correlator = createCorrelator(config, plans);
    const take = (...happened: Happened[]) => correlator.take(stretch(plans, happened)).findings;
    expect(take({ at: 0, rule: 'a' })).toEqual([]);
    expect(take({ at: 300, rule: 'nothing' })).toEqual([]);
    expect(fired(take({ at: 361, rule: 'nothing' }))).toEqual({ '': [60] });
  });

  it('correlates a source that is behind by its own time, until it has caught up', () => {
    const correlator = createCorrelator(config, counting);
    const take = (...happened: Happened[]) => correlator.take(stretch(counting, happened));
    const old = (count: number, from: number) =>
      many(count, 'a', 1, from).map((one) => ({ ...one, source: 'file' }));
    take({ at: 90_000, rule: 'nothing', source: 'live' });
    expect(fired(take(...old(3, 0)).findings)).toEqual({ 1: [2] });
    // The hour of the first is over for this source by then.
    expect(take(...old(3, 4_000)).findings.map(({ count: of, settled }) => [of, settled])).toEqual([
      [1, true],
      [1, false],
    ]);
    // What has been so long ago for the source itself, too, is late.
    expect(take(...old(1, 3_000)).late).toBe(1);
    const saved = JSON.parse(JSON.stringify([...correlator.parts()]));
    const again = createCorrelator(config, counting, saved);
    const mark = stretch(counting, [{ at: 90_000, rule: 'nothing', source: 'live' }]);
    again.take({ ...mark, idle: [['file', start + 90_000 * second]] });
    const settled = again.take(stretch(counting, [{ at: 90_600, rule: 'nothing', source: 'live' }])).findings;
    expect(settled.map(({ count: of, settled: over }) => [of, over])).toEqual([[1, true]]);
    expect(again.size()).toEqual({ events: 0, groups: 0 });
  });

  it('is held up by the slowest source, and by no stamp in the future', () => {
    const correlator = createCorrelator(config, counting);
    const take = (...happened: Happened[]) => correlator.take(stretch(counting, happened));
    take({ at: 0, rule: 'nothing', source: 'slow' });
    take({ at: 9_000, rule: 'nothing', source: 'quick' });
    expect(take(...many(3, 'a', 1, 10)).late).toBe(0);
  });
});

const everyType = plansOf(
  ['a', 'b', 'c'],
  [
    { type: 'event_count', rules: ['a', 'b'], 'group-by': ['ip'], timespan: '30s', condition: { gte: 4 } },
    { type: 'event_count', rules: ['a'], 'group-by': ['ip'], timespan: '30s', condition: { lte: 2 } },
    {
      type: 'value_count',
      rules: ['a', 'c'],
      'group-by': ['ip'],
      timespan: '40s',
      condition: { gte: 3, field: 'user' },
    },
    { type: 'value_count', rules: ['a', 'c'], timespan: '40s', condition: { eq: 3, field: 'user' } },
    {
      type: 'value_sum',
      rules: ['b'],
      'group-by': ['ip'],
      timespan: '30s',
      condition: { gt: 12, field: 'bytes' },
    },
    {
      type: 'value_median',
      rules: ['b'],
      'group-by': ['ip'],
      timespan: '60s',
      condition: { gte: 4, field: 'bytes' },
    },
    { type: 'value_avg', rules: ['b'], timespan: '60s', condition: { lt: 4, field: 'bytes' } },
    { type: 'temporal', rules: ['a', 'b', 'c'], 'group-by': ['ip'], timespan: '20s' },
    { type: 'temporal', rules: ['a', 'b'], 'group-by': ['ip'], timespan: '20s', condition: 'a and not b' },
    { type: 'temporal_ordered', rules: ['a', 'b', 'c'], 'group-by': ['ip'], timespan: '30s' },
    { type: 'temporal_ordered', rules: ['id0', 'c'], 'group-by': ['ip'], timespan: '60s' },
    { type: 'event_count', rules: ['id0', 'id4'], timespan: '5m', condition: { gte: 2 } },
    {
      type: 'value_sum',
      rules: ['b'],
      'group-by': ['ip'],
      timespan: '20s',
      condition: { gte: 6, field: 'bytes' },
      tidewatch: { compare: { with: 'mean of the last 4', ratio: { gte: 1.5 }, least: 1 } },
    },
    {
      type: 'value_count',
      rules: ['a', 'c'],
      'group-by': ['ip'],
      timespan: '20s',
      condition: { gte: 0, field: 'user' },
      tidewatch: { compare: { with: 'same window 40s ago', difference: { lte: -1 } } },
    },
    {
      type: 'value_count',
      rules: ['a', 'b'],
      'group-by': ['user'],
      timespan: '60s',
      condition: { gte: 2, field: 'place' },
      tidewatch: { travel: {}, suppress: '30s' },
    },
  ]
    .map(({ tidewatch = {}, ...section }, i) =>
      correlation({ ...section, generate: true }, { id: `id${i}`, title: `Correlation ${i}`, tidewatch }),
    )
    .join('\n---\n'),
);

const happening = fc.record({
  at: fc.integer({ min: 0, max: 240 }),
  rule: fc.constantFrom('a', 'b', 'c'),
  fields: fc.record({
    ip: fc.constantFrom('1', '2'),
    user: fc.constantFrom('x', 'y', 'z'),
    bytes: fc.constantFrom('1', '5', '9'),
    place: fc.constantFrom('59.91,10.75', '37.98,23.73', '-33.87,151.21', 'nowhere'),
  }),
  source: fc.constantFrom('s', 't'),
});

describe('for any order of arrival', () => {
  const happenings = fc
    .array(happening, { minLength: 1, maxLength: 60 })
    .map((list) => list.map((one, i) => ({ ...one, event: String(i) })));

  it('the final findings are the same', () => {
    expect(everyType.rejected).toEqual([]);
    expect(everyType.plans).toHaveLength(15);
    let found = 0;
    fc.assert(
      fc.property(happenings, fc.integer(), fc.integer({ min: 1, max: 20 }), (list, seed, batch) => {
        const sorted = [...list].sort((a, b) => a.at - b.at);
        const shuffled = [...list].sort((a, b) => hash(a.event, seed) - hash(b.event, seed));
        const inOrder = finalFindings(everyType.plans, sorted).filter(({ count }) => count > 0);
        found += inOrder.length;
        expect(finalFindings(everyType.plans, shuffled, batch).filter(({ count }) => count > 0)).toEqual(
          inOrder,
        );
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('and after a stop at any place, with some of it read again', () => {
    fc.assert(
      fc.property(happenings, fc.nat(), fc.nat(), (list, stopAt, again) => {
        const stop = stopAt % list.length;
        const whole = finalFindings(everyType.plans, list, 3);
        const first = createCorrelator(config, everyType.plans);
        const before = list.slice(0, stop).map((one) => stretch(everyType.plans, [one]));
        const said = before.flatMap((each) => first.take(each).findings);
        const second = createCorrelator(
          config,
          everyType.plans,
          JSON.parse(JSON.stringify([...first.parts()])),
        );
        for (const each of before.slice(stop - (again % (stop + 1))))
          expect(second.take(each).findings).toEqual([]);
        said.push(...finalFindings(everyType.plans, list.slice(stop), 2, second));
        const kept = (findings: readonly Findings[]) => lastWords(findings).filter(({ count: of }) => of > 0);
        expect(kept(said)).toEqual(kept(whole));
      }),
      { numRuns: 100 },
    );
  });
});

/** A number for a text that has nothing to do with its order. */
function hash(text: string, seed: number): number {
  let sum = seed;
  for (const char of text) sum = Math.imul(sum ^ char.charCodeAt(0), 0x9e3779b1);
  return (sum ^ (sum >>> 15)) >>> 0;
}

describe('limits', () => {
  const { plans } = plansOf(['a'], count({ gte: 10 }));

  it('gives up the groups that were touched longest ago, and counts their events', () => {
    const correlator = createCorrelator({ ...config, maxEvents: 50 }, plans);
    const groups = Array.from({ length: 20 }, (_, i) => many(4, 'a', 1, i, { ip: `ip${i}` }));
    const evicted = groups.reduce(
      (sum, happened) => sum + correlator.take(stretch(plans, happened)).evicted,
      0,
    );
    expect(evicted).toBe(32);
    expect(correlator.size()).toEqual({ events: 48, groups: 12 });
  });

  it('keeps of a flood in one group only what decides', () => {
    const correlator = createCorrelator(config, plans);
    const take = (from: number) => correlator.take(stretch(plans, many(1_000, 'a', 0.01, from)));
    for (let at = 0; at < 300; at += 10) take(at);
    expect(correlator.size().events).toBeLessThanOrEqual(20_000);
    correlator.take(stretch(plans, [{ at: 299 + 301, rule: 'nothing' }]));
    expect(correlator.size().events).toBeLessThan(20);
  });

  it('keeps the state of what stays when the plans change', () => {
    const both = plansOf(
      ['a'],
      `${count({ gte: 3 })}\n---\n${correlation({ type: 'event_count', rules: ['a'], 'group-by': ['ip'], timespan: '1m', condition: { gte: 4 } }, { id: 'other' })}`,
    ).plans;
    const correlator = createCorrelator(config, both);
    correlator.take(stretch(both, many(2, 'a')));
    expect(correlator.size()).toEqual({ events: 4, groups: 2 });
    const one = both.filter(({ detector }) => detector.id === 'other');
    correlator.plan(one);
    expect(correlator.size()).toEqual({ events: 2, groups: 1 });
    expect(fired(correlator.take(stretch(one, many(2, 'a', 1, 2))).findings)).toEqual({ 1: [3] });
  });
});
