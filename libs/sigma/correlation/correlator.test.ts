import { describe, expect, it } from 'vitest';
import {
  config,
  correlation,
  count,
  explained,
  finalFindings,
  fired,
  type Happened,
  lastWords,
  many,
  minute,
  plansOf,
  second,
  start,
  stretch,
} from './correlation.fixture.ts';
import { createCorrelator } from './correlator.ts';

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
