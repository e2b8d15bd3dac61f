import { describe, expect, it } from 'vitest';
import { correlation, plansOf } from './correlation.fixture.ts';

const counting = (section: object, more: Readonly<Record<string, unknown>> = {}): string =>
  correlation(
    {
      type: 'event_count',
      rules: ['a'],
      'group-by': ['ip'],
      timespan: '5m',
      condition: { gte: 3 },
      ...section,
    },
    more,
  );
const reasons = (yaml: string): [string, string][] =>
  plansOf(['a', 'b'], yaml).rejected.map(({ code, reason }) => [code, reason]);

describe('a correlation', () => {
  it.each([
    ['an unknown type', { type: 'event_sum' }, 'invalid_attribute', /type.*event_count/],
    ['an unknown key', { group_by: ['ip'] }, 'invalid_attribute', /group_by.*did you mean `group-by`/],
    ['no rules', { rules: [] }, 'invalid_attribute', /rules/],
    ['no timespan', { timespan: undefined }, 'invalid_attribute', /timespan/],
    ['a timespan in other words', { timespan: '5 minutes' }, 'invalid_attribute', /timespan.*5m/],
    ['a timespan of years', { timespan: '3y' }, 'invalid_attribute', /a year at most/],
    ['no condition', { condition: undefined }, 'missing_attribute', /condition/],
    ['an unknown comparison', { condition: { get: 3 } }, 'invalid_attribute', /get.*did you mean `gt/],
    ['a count that is none', { condition: { gte: 'many' } }, 'invalid_attribute', /gte.*number/],
    ['a count that no state can hold', { condition: { gte: 1_000_000 } }, 'invalid_attribute', /10000/],
    [
      'a field to count where events are',
      { condition: { gte: 1, field: 'x' } },
      'invalid_attribute',
      /counts no values/,
    ],
    ['an expression where a count is needed', { condition: 'a and b' }, 'invalid_attribute', /temporal/],
    ['values of no field', { type: 'value_count' }, 'missing_attribute', /field/],
    [
      'two fields to measure',
      { type: 'value_sum', condition: { gt: 1, field: ['x', 'y'] } },
      'invalid_attribute',
      /one field/,
    ],
    [
      'a percentile of a sum',
      { type: 'value_sum', condition: { gt: 1, field: 'x', percentile: 9 } },
      'invalid_attribute',
      /percentile/,
    ],
    [
      'a percentile beyond all',
      { type: 'value_percentile', condition: { gt: 1, field: 'x', percentile: 101 } },
      'invalid_attribute',
      /0 to 100/,
    ],
    [
      'an order with a count',
      { type: 'temporal_ordered', rules: ['a', 'b'], condition: { gte: 1 } },
      'invalid_attribute',
      /order/,
    ],
    [
      'an order of what did not happen',
      { type: 'temporal_ordered', rules: ['a', 'b'], condition: 'a and not b' },
      'invalid_attribute',
      /not/,
    ],
    [
      'an expression over other rules',
      { type: 'temporal', rules: ['a', 'b'], condition: 'a and c' },
      'unknown_selection',
      /c/,
    ],
    ['an alias of another rule', { aliases: { who: { b: 'user' } } }, 'invalid_attribute', /aliases.who.b/],
    [
      'an alias that lacks a rule',
      { rules: ['a', 'b'], 'group-by': ['who'], aliases: { who: { b: 'user' } } },
      'alias_incomplete',
      /Rule a/,
    ],
    ['a rule that is not there', { rules: ['aa'] }, 'unknown_rule', /`aa`.*did you mean `a`/],
  ])('with %s is rejected', (_, section, code, reason) => {
    expect(reasons(counting(section))).toEqual([[code, expect.stringMatching(reason)]]);
  });

  it('says the line of what is wrong', () => {
    const yaml =
      'title: Many\ncorrelation:\n  type: event_count\n  rules: [nobody]\n  timespan: 1m\n  condition:\n    gte: 3\n';
    const [rejected] = plansOf([], yaml).rejected;
    expect(rejected?.line).toBe(yaml.split('\n').indexOf('  rules: [nobody]') + 2);
  });

  it('that builds on itself, or on one that is rejected, is rejected', () => {
    const circle = [counting({ rules: ['two'] }, { id: 'one' }), counting({ rules: ['one'] }, { id: 'two' })];
    expect(reasons(circle.join('\n---\n')).map(([code]) => code)).toEqual([
      'correlation_cycle',
      'correlation_cycle',
    ]);
    const below = [
      counting({ rules: ['two'] }, { id: 'one' }),
      counting({ rules: ['nobody'] }, { id: 'two' }),
    ];
    expect(reasons(below.join('\n---\n')).map(([code]) => code)).toEqual(['unknown_rule', 'unknown_rule']);
  });

  it('asks of a correlation below only what that groups by', () => {
    const yaml = [
      counting({ rules: ['two'], 'group-by': ['user'] }, { id: 'one' }),
      counting({}, { id: 'two' }),
    ];
    expect(reasons(yaml.join('\n---\n'))).toEqual([['not_grouped', expect.stringMatching(/`user`/)]]);
  });

  it('of two names that are one is told from neither', () => {
    const twice = `title: Other\nid: other\nname: a\nlogsource: {product: x}\ndetection: {s: {b: 1}, condition: s}\n---\n${counting({})}`;
    expect(reasons(twice).map(([code]) => code)).toEqual(['ambiguous_rule']);
  });
});

describe('what correlations build on', () => {
  it('is silent, unless one of them wants it heard', () => {
    const quiet = plansOf(['a', 'b'], counting({ rules: ['a', 'b'] }));
    expect([...quiet.silent].sort()).toEqual(['a', 'b']);
    const heard = plansOf(
      ['a', 'b'],
      `${counting({ rules: ['a', 'b'] })}\n---\n${counting({ generate: true }, { id: 'loud' })}`,
    );
    expect([...heard.silent]).toEqual(['b']);
  });

  it('gives each plan its own copy of what is below it', () => {
    const below = counting({ 'group-by': ['ip', 'user'] }, { id: 'below' });
    const above = ['ip', 'user'].map((field) =>
      counting({ rules: ['below'], 'group-by': [field] }, { id: `by-${field}` }),
    );
    const { plans, rejected } = plansOf(['a'], [below, ...above].join('\n---\n'));
    expect(rejected).toEqual([]);
    expect(
      plans.map(({ detector, nodes }) => [detector.id, nodes.map(({ id }) => id), nodes[0]?.rootGroup]),
    ).toEqual([
      ['by-ip', ['below', 'by-ip'], [0]],
      ['by-user', ['below', 'by-user'], [1]],
    ]);
  });

  it('has the fields that aliases say', () => {
    const aliases = { who: { a: 'User Name', b: 'user.name' } };
    const { plans } = plansOf(['a', 'b'], counting({ rules: ['a', 'b'], 'group-by': ['who'], aliases }));
    expect(plans[0]?.feeds.map(({ rule, group }) => [rule, group])).toEqual([
      ['a', ['UserName']],
      ['b', ['user.name']],
    ]);
  });

  it('changes the key with the meaning, not with the words', () => {
    const key = (section: object, more: Readonly<Record<string, unknown>> = {}) =>
      plansOf(['a'], counting(section, more)).plans[0]?.key;
    expect(key({})).toBe(key({}, { title: 'Other words', description: 'more' }));
    expect(key({})).not.toBe(key({ timespan: '6m' }));
  });
});
