import type { CorrelationExplanation, Findings } from '@tidewatch/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  config,
  correlation,
  finalFindings,
  type Happened,
  lastWords,
  minute,
  plansOf,
  second,
  start,
  stretch,
} from './correlation.fixture.ts';
import { createCorrelator } from './correlator.ts';

const many = (
  count: number,
  rule: string,
  every = 1,
  from = 0,
  fields: Happened['fields'] = { ip: '1' },
): Happened[] =>
  Array.from({ length: count }, (_, i) => ({
    at: from + i * every,
    rule,
    fields,
    event: `${rule}${from}-${i}`,
  }));

/** When it fired, in seconds after the start, by group. */
const fired = (findings: readonly Findings[]): Record<string, number[]> =>
  Object.fromEntries(
    findings
      .filter(({ count }) => count > 0)
      .map(({ key, matches }) => [
        key.map(({ value }) => value).join(),
        matches.map(({ time }) => (time - start) / second),
      ]),
  );

const explained = (findings: readonly Findings[]): CorrelationExplanation =>
  findings[0]?.matches[0]?.explanation as CorrelationExplanation;

const count = (bounds: object, more: object = {}): string =>
  correlation({
    type: 'event_count',
    rules: ['a'],
    'group-by': ['ip'],
    timespan: '1m',
    condition: bounds,
    ...more,
  });

describe('event_count', () => {
  const { plans } = plansOf(['a'], count({ gte: 10 }));

  it.each([
    ['nine within the time', many(9, 'a'), {}],
    ['ten within the time', many(10, 'a'), { 1: [9] }],
    ['ten, both edges included', [...many(1, 'a'), ...many(9, 'a', 0, 60)], { 1: [60] }],
    ['one too late', [...many(1, 'a'), ...many(9, 'a', 0, 61)], {}],
    ['ten of two groups', [...many(5, 'a'), ...many(5, 'a', 1, 0, { ip: '2' })], {}],
    [
      'a group in two spellings',
      [...many(5, 'a', 1, 0, { ip: 'X' }), ...many(5, 'a', 1, 7, { ip: 'x' })],
      { X: [11] },
    ],
    ['once until the time has passed, then again', many(240, 'a'), { 1: [9, 70, 131, 192] }],
  ])('%s', (_, happened, expected) => {
    expect(fired(finalFindings(plans, happened))).toEqual(expected);
  });

  it('says how many came, when, and which', () => {
    const findings = finalFindings(plans, many(50, 'a'), 7);
    expect(findings).toMatchObject([
      { count: 1, settled: true, dataClass: 'system', detector: { engine: 'correlation', level: 'high' } },
    ]);
    const explanation = explained(findings);
    expect(explanation).toMatchObject({
      type: 'event_count',
      condition: '>= 10',
      timespanMs: minute,
      from: start,
      to: start + 49 * second,
      events: 50,
      value: 10,
      rules: [{ id: 'a', title: 'Rule a' }],
    });
    expect(explanation.sample).toHaveLength(15);
    expect(explanation.sample.map(({ time }) => (time - start) / second)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 45, 46, 47, 48, 49,
    ]);
  });

  it.each([
    ['lt', { lt: 3 }, { 1: [60, 130], 2: [64] }],
    ['lte', { lte: 4 }, { 1: [60, 130], 2: [64], 3: [65] }],
    ['eq', { eq: 4 }, { 3: [65] }],
    ['neq', { neq: 4 }, { 1: [60, 130], 2: [64] }],
    ['a range', { gt: 1, lte: 4 }, { 2: [64], 3: [65] }],
  ])('%s is judged when the window is over', (_, bounds, expected) => {
    const happened = [
      ...many(1, 'a'),
      ...many(2, 'a', 1, 4, { ip: '2' }),
      ...many(4, 'a', 1, 5, { ip: '3' }),
      ...many(1, 'a', 1, 70),
    ];
    expect(fired(finalFindings(plansOf(['a'], count(bounds)).plans, happened))).toEqual(expected);
  });

  it('counts an event that came twice once', () => {
    const nine = many(9, 'a');
    expect(finalFindings(plans, [...nine, ...nine])).toEqual([]);
  });
});

describe('value_count', () => {
  const { plans } = plansOf(
    ['a'],
    correlation({
      type: 'value_count',
      rules: ['a'],
      'group-by': ['ip'],
      timespan: '1m',
      condition: { gte: 3, field: 'user' },
    }),
  );
  const users = (...names: string[]): Happened[] =>
    names.map((user, i) => ({ at: i * 10, rule: 'a', fields: { ip: '1', user } }));

  it.each([
    ['two different ones', users('x', 'y', 'x', 'y'), {}],
    ['three different ones', users('x', 'x', 'y', 'z'), { 1: [30] }],
    ['whatever their case', users('x', 'X', 'y', 'Y'), {}],
    ['within the time', users('x', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'z'), {}],
  ])('%s', (_, happened, expected) => {
    expect(fired(finalFindings(plans, happened))).toEqual(expected);
  });

  it('counts values of several fields together', () => {
    const both = plansOf(
      ['a'],
      correlation({
        type: 'value_count',
        rules: ['a'],
        timespan: '1m',
        condition: { gte: 3, field: ['user', 'host'] },
      }),
    );
    const pairs = (...list: [string, string][]) =>
      list.map(([user, host], at) => ({ at, rule: 'a', fields: { user, host } }));
    expect(fired(finalFindings(both.plans, pairs(['x', '1'], ['x', '2'], ['x', '1'])))).toEqual({});
    expect(fired(finalFindings(both.plans, pairs(['x', '1'], ['x', '2'], ['y', '1'])))).toEqual({ '': [2] });
  });
});

describe('measured values', () => {
  const bytes = (...values: (number | string)[]): Happened[] =>
    values.map((value, i) => ({ at: i * 10, rule: 'a', fields: { ip: '1', bytes: String(value) } }));
  it.each([
    ['value_sum', { gt: 100 }, bytes(50, 50, 1), { 1: [20] }],
    ['value_sum', { gt: 100 }, bytes(50, 50, 'none'), {}],
    ['value_sum', { gte: 100 }, bytes(40, 0, 0, 0, 0, 0, 0, 60), {}],
    ['value_avg', { gte: 10 }, bytes(1, 2, 27), { 1: [20] }],
    ['value_avg', { lt: 3 }, bytes(1, 2, 3), { 1: [60] }],
    ['value_median', { gte: 5 }, bytes(1, 9), { 1: [10] }],
    ['value_median', { gt: 5 }, bytes(1, 9, 2), {}],
    ['value_percentile', { gte: 9, percentile: 90 }, bytes(1, 1, 1, 9), { 1: [30] }],
    ['value_percentile', { gte: 9, percentile: 60 }, bytes(1, 1, 1, 9), {}],
  ])('%s %j', (type, condition, happened, expected) => {
    const { plans } = plansOf(
      ['a'],
      correlation({
        type,
        rules: ['a'],
        'group-by': ['ip'],
        timespan: '1m',
        condition: { ...condition, field: 'bytes' },
      }),
    );
    expect(fired(finalFindings(plans, happened))).toEqual(expected);
  });
});

describe('temporal', () => {
  const seen = (letters: string, every = 10): Happened[] =>
    [...letters].map((rule, i) => ({ at: i * every, rule, fields: { ip: '1' }, event: `${rule}${i}` }));
  const temporal = (type: string, condition?: unknown) =>
    plansOf(
      ['a', 'b', 'c'],
      correlation({
        type,
        rules: ['a', 'b', 'c'],
        'group-by': ['ip'],
        timespan: '1m',
        ...(condition === undefined ? {} : { condition }),
      }),
    ).plans;

  it.each([
    ['temporal', undefined, 'cab', { 1: [20] }],
    ['temporal', undefined, 'ccab', { 1: [30] }],
    ['temporal', undefined, 'cccc', {}],
    ['temporal', { gte: 2 }, 'ccb', { 1: [20] }],
    ['temporal', 'a and (b or c)', 'bca', { 1: [20] }],
    ['temporal', 'a and (b or c)', 'bcb', {}],
    ['temporal', 'a and not b', 'a', { 1: [60] }],
    ['temporal', 'a and not b', 'ab', {}],
    ['temporal', 'a and not b', 'ba', { 1: [70] }],
    ['temporal_ordered', undefined, 'abc', { 1: [20] }],
    ['temporal_ordered', undefined, 'acb', {}],
    ['temporal_ordered', undefined, 'aabbcc', { 1: [40] }],
    ['temporal_ordered', undefined, 'cabac', { 1: [40] }],
    ['temporal_ordered', 'a and c', 'ca', {}],
    ['temporal_ordered', 'a and (b or c)', 'ac', { 1: [10] }],
  ])('%s %j over %s', (type, condition, letters, expected) => {
    expect(fired(finalFindings(temporal(type, condition), seen(letters)))).toEqual(expected);
  });

  it('takes events of one second as in order, but one event for one step', () => {
    expect(fired(finalFindings(temporal('temporal_ordered'), seen('cba', 0)))).toEqual({ 1: [0] });
    const one = ['a', 'b', 'c'].map((rule) => ({ at: 0, rule, fields: { ip: '1' }, event: 'one' }));
    expect(fired(finalFindings(temporal('temporal_ordered'), one))).toEqual({});
    expect(fired(finalFindings(temporal('temporal'), one))).toEqual({ 1: [0] });
  });

  it('goes by the latest beginning', () => {
    expect(fired(finalFindings(temporal('temporal_ordered'), seen('aaaabc', 20)))).toEqual({ 1: [100] });
    expect(fired(finalFindings(temporal('temporal_ordered'), seen('abbbbc', 20)))).toEqual({});
  });

  it('names the events of the order', () => {
    expect(
      explained(finalFindings(temporal('temporal_ordered'), seen('aabbc'))).sample.map(({ rule, time }) => [
        rule,
        (time - start) / second,
      ]),
    ).toEqual([
      [0, 10],
      [1, 30],
      [2, 40],
    ]);
  });
});

describe('chained correlations', () => {
  const { plans, silent } = plansOf(
    ['failed', 'success'],
    `${correlation(
      { type: 'temporal_ordered', rules: ['many', 'success'], 'group-by': ['ip'], timespan: '10m' },
      { id: 'guessed', title: 'Guessed' },
    )}\n---\n${correlation(
      {
        type: 'event_count',
        rules: ['failed'],
        'group-by': ['ip', 'user'],
        timespan: '1m',
        condition: { gte: 3 },
      },
      { id: 'many', name: 'many', title: 'Many' },
    )}`,
  );

  it('makes one plan, and keeps what it builds on silent', () => {
    expect(plans.map(({ detector }) => detector.id)).toEqual(['guessed']);
    expect([...silent].sort()).toEqual(['failed', 'many', 'success']);
  });

  it('finds what follows on a finding, and names the single events', () => {
    const failed = many(3, 'failed', 1, 0, { ip: '1', user: 'x' });
    const findings = finalFindings(plans, [...failed, { at: 30, rule: 'success', fields: { ip: '1' } }]);
    expect(fired(findings)).toEqual({ 1: [30] });
    expect(explained(findings).sample.map(({ rule }) => explained(findings).rules[rule]?.id)).toEqual([
      'failed',
      'failed',
      'failed',
      'success',
    ]);
    const spread = [
      ...many(2, 'failed', 1, 0, { ip: '1', user: 'x' }),
      ...many(2, 'failed', 1, 5, { ip: '1', user: 'y' }),
    ];
    expect(
      fired(finalFindings(plans, [...spread, { at: 30, rule: 'success', fields: { ip: '1' } }])),
    ).toEqual({});
  });

  it('takes back what rests on a finding that late events moved', () => {
    const correlator = createCorrelator(config, plans);
    const said = [
      { at: 100, rule: 'failed', fields: { ip: '1', user: 'x' }, event: '1' },
      { at: 101, rule: 'failed', fields: { ip: '1', user: 'x' }, event: '2' },
      { at: 90, rule: 'success', fields: { ip: '1' }, event: '3' },
      { at: 80, rule: 'failed', fields: { ip: '1', user: 'x' }, event: '4' },
    ].flatMap((one) => correlator.take(stretch(plans, [one])).findings);
    expect(said).toEqual([]);
    const after = [
      { at: 79, rule: 'failed', fields: { ip: '1', user: 'x' }, event: '5' },
      { at: 78, rule: 'failed', fields: { ip: '1', user: 'x' }, event: '6' },
    ].flatMap((one) => correlator.take(stretch(plans, [one])).findings);
    expect(fired(lastWords(after))).toEqual({ 1: [90] });
  });
});

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
  ]
    .map((section, i) =>
      correlation({ ...section, generate: true }, { id: `id${i}`, title: `Correlation ${i}` }),
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
  }),
  source: fc.constantFrom('s', 't'),
});

describe('for any order of arrival', () => {
  const happenings = fc
    .array(happening, { minLength: 1, maxLength: 60 })
    .map((list) => list.map((one, i) => ({ ...one, event: String(i) })));

  it('the final findings are the same', () => {
    expect(everyType.rejected).toEqual([]);
    expect(everyType.plans).toHaveLength(12);
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
