import { matchId } from '@tidewatch/event/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/fuzz_runs.ts';
import type { ComparedSpec } from './compare_oracle.fixture.ts';
import { plansOf } from './correlation.fixture.ts';
import { documentOf, type Expression, expectedOf, type Spec } from './oracle.fixture.ts';
import { asExpected, type Came, gathered, lateness, saidOf } from './oracle_run.fixture.ts';

/** Rules on single events. */
const names = ['a', 'b', 'c'];

const expression = (negations: boolean): fc.Arbitrary<Expression> =>
  fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constantFrom(...names),
      ...(negations ? [tie('tree').map((not) => ({ not }))] : []),
      fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((or) => ({ or })),
    ),
  })).tree;

const ordered: fc.Arbitrary<Expression> = fc.constantFrom<Expression>(
  { and: ['a', 'b'] },
  { and: ['c', 'b', 'a'] },
  { and: ['a', { or: ['b', 'c'] }] },
  { or: [{ and: ['a', 'b'] }, { and: ['c', 'a'] }] },
);

/** Every bound, alone and as a range. */
const bounds = (least: number, most: number): fc.Arbitrary<Record<string, number>> => {
  const number = fc.integer({ min: least, max: most });
  return fc.oneof(
    fc.tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq'), number).map(([at, n]) => ({ [at]: n })),
    fc.record({ gte: number, lt: number }),
    fc.record({ gt: number, lte: number }),
    fc.record({ gt: number, gte: number }),
  );
};

const common = {
  groupBy: fc.constantFrom([], ['ip'], ['user'], ['ip', 'user']),
  timespan: fc.constantFrom(1, 5, 12, 40, 200, 1_000),
};
const over = (rules: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...rules], { minLength: 1 });

type Kind = Pick<Spec, 'type' | 'rules' | 'bounds' | 'field' | 'percentile' | 'expression'>;
const kinds = (rules: readonly string[], field: string): fc.Arbitrary<Kind>[] => [
  fc.record({ type: fc.constant('event_count'), rules: over(rules), bounds: bounds(0, 5) }),
  fc.record({
    type: fc.constant('value_count'),
    rules: over(rules),
    bounds: bounds(0, 3),
    field: fc.constant(field),
  }),
  fc.record({ type: fc.constant('temporal'), rules: over(rules) }),
  fc.record({ type: fc.constant('temporal'), rules: over(rules), bounds: bounds(0, 3) }),
  fc.record({
    type: fc.constant('temporal_ordered'),
    rules: fc.shuffledSubarray([...rules], { minLength: 2 }),
  }),
];
const measures = fc.record({
  type: fc.constantFrom('value_sum', 'value_avg', 'value_median'),
  rules: over(names),
  bounds: bounds(-4, 8),
  field: fc.constant('n'),
});
const percentiles = fc.record({
  type: fc.constant('value_percentile'),
  rules: over(names),
  bounds: bounds(-4, 4),
  field: fc.constant('n'),
  percentile: fc.constantFrom(0, 7, 25, 50, 90, 100),
});
const expressions = [
  fc.record({ type: fc.constant('temporal'), rules: fc.constant(names), expression: expression(false) }),
  fc.record({ type: fc.constant('temporal'), rules: fc.constant(names), expression: expression(true) }),
  fc.record({ type: fc.constant('temporal_ordered'), rules: fc.constant(names), expression: ordered }),
];

const one = fc
  .tuple(fc.oneof(...kinds(names, 'n'), measures, percentiles, ...expressions), fc.record(common))
  .map(([kind, more]): Spec => ({ id: 'root', ...kind, ...more }));

const beside = fc.oneof(
  fc.record({
    ratio: fc.oneof(
      fc
        .tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), fc.constantFrom(0, 0.5, 1, 2))
        .map(([at, n]) => ({ [at]: n })),
      fc.constant({ gte: 0.5, lt: 2 }),
    ),
  }),
  fc.record({
    difference: fc
      .tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), fc.integer({ min: -2, max: 3 }))
      .map(([at, n]) => ({ [at]: n })),
  }),
);
const compare: fc.Arbitrary<ComparedSpec> = fc
  .tuple(
    fc.constantFrom<ComparedSpec['kind']>('mean', 'same'),
    fc.integer({ min: 1, max: 6 }),
    fc.nat(3),
    beside,
  )
  .map(([kind, windows, least, bounded]) => ({
    kind,
    windows,
    least: Math.min(least, kind === 'same' ? 1 : windows),
    ...bounded,
  }));
/** Compared with earlier windows; a count of values, too, stands for itself. */
const tallied = (rules: readonly string[], field: string): fc.Arbitrary<Spec> =>
  fc
    .record({
      kind: fc.oneof(
        ...kinds(rules, field).slice(0, 2),
        measures.filter(({ type }) => type !== 'value_median'),
      ),
      groupBy: common.groupBy,
      timespan: fc.constantFrom(1, 5, 12, 40, 200),
      compare,
    })
    .map(({ kind, ...more }): Spec => ({ id: 'root', ...kind, ...more }));
const compared: fc.Arbitrary<Spec[]> = fc.tuple(tallied(names, 'n'));
/** What is compared below a correlation, and above one. */
const comparedBelow: fc.Arbitrary<Spec[]> = fc
  .tuple(tallied(names, 'n'), fc.oneof(...kinds(['child', 'b'], 'user')), common.timespan)
  .map(([child, root, timespan]): Spec[] => [
    { ...child, id: 'child', groupBy: ['ip', 'user'] },
    { id: 'root', ...root, rules: [...new Set(['child', ...root.rules])], groupBy: ['ip'], timespan },
  ]);
const comparedAbove: fc.Arbitrary<Spec[]> = fc
  .tuple(fc.oneof(...kinds(names, 'n'), ...expressions), tallied(['child', 'b'], 'user'), common.timespan)
  .filter(([, root]) => root.type.endsWith('_count'))
  .map(([child, root, timespan]): Spec[] => [
    { id: 'child', ...child, groupBy: ['ip', 'user'], timespan },
    { ...root, rules: ['child', 'b'], groupBy: ['ip'] },
  ]);

const single: fc.Arbitrary<Spec[]> = fc.tuple(one);

/** The group-by of one link and of the one above it. */
const links = fc.constantFrom<[string[], string[]]>(
  [['ip', 'user'], ['ip']],
  [['ip', 'user'], []],
  [['user'], ['user']],
);
/** One correlation on another. */
const chained: fc.Arbitrary<Spec[]> = fc
  .tuple(
    fc.oneof(...kinds(names, 'n'), measures, ...expressions),
    fc.oneof(...kinds(['child', 'b'], 'user')),
    links,
    common.timespan,
    common.timespan,
  )
  .map(([child, root, [below, above], span, longer]): Spec[] => [
    { id: 'child', ...child, groupBy: below, timespan: span },
    { id: 'root', ...root, rules: [...new Set(['child', ...root.rules])], groupBy: above, timespan: longer },
  ]);

const several: fc.Arbitrary<Spec[]> = fc
  .tuple(one, one, chained)
  .map(([first, other, chain]): Spec[] => [{ ...first, id: 'first' }, { ...other, id: 'other' }, ...chain]);

const aliased: fc.Arbitrary<Spec[]> = fc.record(common).map(({ timespan }): Spec[] => [
  {
    id: 'root',
    type: 'temporal',
    rules: ['a', 'b'],
    groupBy: ['who'],
    timespan,
    aliases: { who: { a: 'ip', b: 'user' } },
  },
]);

const fields = fc.record({
  ip: fc.constantFrom('1', 'X', 'x'),
  user: fc.constantFrom('u', 'v'),
  n: fc.constantFrom('1', '2', '3', '-4', 'none'),
});

const came = (longest: number): fc.Arbitrary<Came[]> =>
  fc
    .array(
      fc.record({
        rules: fc.subarray(names, { minLength: 1 }),
        at: fc.nat(longest),
        fields,
        places: fc.array(
          fc.record({
            source: fc.constantFrom('s', 't'),
            partition: fc.nat(1),
            delay: fc.integer({ min: 0, max: lateness }),
          }),
          { minLength: 1, maxLength: 2 },
        ),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((events) =>
      events.flatMap(({ rules, at, fields: values, places }, i) =>
        places.flatMap((place) =>
          rules.map((rule) => ({ rule, id: matchId('event', String(i)), at, fields: values, ...place })),
        ),
      ),
    );

describe('what is found in the end is what trying every window finds', () => {
  it.each([
    ['single correlations', single, 60],
    ['single correlations over a long time', single, 2_000],
    ['several at once', several, 200],
    ['chains', chained, 60],
    // All of it ends within the hour that one alert gathers: two links last up to 1,000 s each.
    ['chains over a long time', chained, 1_500],
    ['aliases', aliased, 60],
    ['comparisons', compared, 60],
    ['comparisons over a long time', compared, 1_500],
    ['comparisons below others', comparedBelow, 120, 400],
    ['comparisons above others', comparedAbove, 120],
  ])('%s', (_, specs, longest, numRuns = 100) => {
    fc.assert(
      fc.property(
        specs,
        came(longest),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(12), { maxLength: 3 }),
        (list, events, batch, restarts) => {
          const { plans, rejected } = plansOf(names, list.map(documentOf).join('\n---\n'));
          expect(rejected).toEqual([]);
          const { findings, ...rest } = saidOf(plans, events, batch, restarts);
          expect(rest).toEqual({ late: 0, again: 0, left: { events: 0, groups: 0 } });
          for (const root of list.filter(({ id }) => id !== 'child'))
            expect(asExpected(findings.filter(({ detector }) => detector.id === root.id))).toEqual(
              gathered(expectedOf(root, list, events), root.type),
            );
        },
      ),
      { numRuns: fuzzRuns(numRuns) },
    );
  });
});

it('keeps over a restart what the correlation above was given by a comparison', () => {
  const compare: ComparedSpec = { kind: 'mean', windows: 1, least: 0, difference: { gt: 0 } };
  const list = [
    {
      id: 'child',
      type: 'value_count',
      rules: ['b', 'c'],
      groupBy: ['ip', 'user'],
      timespan: 200,
      bounds: { gt: 0 },
      field: 'n',
      compare,
    },
    { id: 'root', type: 'temporal', rules: ['child'], bounds: { lt: 2 }, groupBy: ['ip'], timespan: 1 },
  ] satisfies Spec[];
  const fields = { ip: '1', user: 'u', n: '1' };
  const came = { fields, partition: 0, delay: 0 };
  const events: Came[] = [
    { ...came, rule: 'c', id: matchId('event', '0'), at: 0, source: 's' },
    { ...came, rule: 'b', id: matchId('event', '1'), at: 11, source: 's', delay: 1 },
    { ...came, rule: 'b', id: matchId('event', '1'), at: 11, source: 't' },
    { ...came, rule: 'c', id: matchId('event', '2'), at: 11, source: 's', partition: 1 },
  ];
  const { plans, rejected } = plansOf(names, list.map(documentOf).join('\n---\n'));
  expect(rejected).toEqual([]);
  const found = [[], [1], [2]].map((restarts) => saidOf(plans, events, 1, restarts).findings.length);
  expect(found).toEqual([1, 1, 1]);
});
