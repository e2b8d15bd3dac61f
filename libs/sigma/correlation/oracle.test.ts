import type { CorrelationExplanation, Findings } from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastWords, plansOf, second, start } from './correlation.fixture.ts';
import { type Correlator, type CorrelatorPart, createCorrelator } from './correlator.ts';
import { documentOf, type Expected, type Expression, expectedOf, type Seen, type Spec } from './oracle.fixture.ts';
import type { CorrelationPlan, PlanNode } from './plan.ts';
import type { MatchLine, Stretch } from './stretch.ts';
import { measuredValue } from './timeline.ts';

const lateness = 10;
const config = { allowedLatenessMs: lateness * second, idleAfterMs: 60 * second, maxEvents: 1_000_000 };
const names = ['a', 'b', 'c'];

/** What came, from which source and into which partition, and how much later than it could have. */
interface Came extends Seen {
  readonly source: string;
  readonly partition: number;
  readonly delay: number;
}

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
        id: fc.uuid(),
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
      events.flatMap(({ rules, id, at, fields: values, places }) =>
        places.flatMap((place) =>
          rules.map((rule) => ({ rule, id: matchId('event', id), at, fields: values, ...place })),
        ),
      ),
    );

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
  fc.record({ type: fc.constant('temporal_ordered'), rules: fc.shuffledSubarray([...rules], { minLength: 2 }) }),
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

const single = fc
  .tuple(fc.oneof(...kinds(names, 'n'), measures, percentiles, ...expressions), fc.record(common))
  .map(([kind, more]): Spec[] => [{ id: 'root', ...kind, ...more }]);

/** The group-by of one link and of the one above it. */
const links = fc.constantFrom<[string[], string[]]>(
  [['ip', 'user'], ['ip']],
  [['ip', 'user'], []],
  [['user'], ['user']],
);
const chained = fc
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

const aliased = fc.record(common).map(({ timespan }): Spec[] => [
  {
    id: 'root',
    type: 'temporal',
    rules: ['a', 'b'],
    groupBy: ['who'],
    timespan,
    aliases: { who: { a: 'ip', b: 'user' } },
  },
]);

let offsets: number[] = [];

/** Partitions are read turn by turn, so that none gets ahead of the other by more than the lateness. */
function stretchesOf(plans: readonly CorrelationPlan[], list: readonly Came[]): Stretch[] {
  const runs: Came[][] = [];
  for (const one of list) {
    const last = runs.at(-1);
    if (last?.[0]?.partition === one.partition) last.push(one);
    else runs.push([one]);
  }
  return runs.map((run) => stretchOf(plans, run));
}

function stretchOf(plans: readonly CorrelationPlan[], run: readonly Came[]): Stretch {
  const { partition } = run[0] as Came;
  const first = offsets[partition] ?? 0;
  offsets[partition] = first + run.length;
  const sources = [...new Set(run.map(({ source }) => source))].map((source) => {
    const newest = start + second * Math.max(...run.filter((one) => one.source === source).map(({ at }) => at));
    return [source, newest, newest] as const;
  });
  return {
    partition,
    to: first + run.length,
    sources,
    idle: [],
    plans: plans.map(({ key }) => key),
    classes: ['system'],
    matches: run.flatMap((one, i) => plans.flatMap((plan, number) => linesOf(plan, number, one, first + i))),
  };
}

const linesOf = ({ nodes, feeds }: CorrelationPlan, plan: number, one: Came, offset: number): MatchLine[] =>
  feeds
    .filter(({ rule }) => rule === one.rule)
    .map(({ node, input, group, values }) => {
      const texts = (list: readonly string[]) => list.map((field) => one.fields[field] as string);
      const value = measuredValue(nodes[node] as PlanNode, texts(values));
      return [plan, node, input, texts(group), offset, start + one.at * second, one.id, 0, value];
    });

/** What is said in the end, restarted behind these batches, after an event of every source that is long after. */
function saidOf(
  plans: readonly CorrelationPlan[],
  list: readonly Came[],
  batch: number,
  restarts: readonly number[],
): Findings[] {
  offsets = [];
  const said: Findings[] = [];
  let correlator: Correlator = createCorrelator(config, plans);
  const end = ['s', 't'].flatMap((source) =>
    [0, 1].map((partition) => ({ rule: '', id: '', at: 1e7, fields: {}, delay: 0, source, partition })),
  );
  const sorted = [...list].sort((a, b) => a.at + a.delay - (b.at + b.delay));
  for (let i = 0; i < sorted.length + batch; i += batch) {
    const part = i < sorted.length ? sorted.slice(i, i + batch) : end;
    for (const stretch of stretchesOf(plans, part)) {
      const { findings, late } = correlator.take(stretch);
      expect(late).toBe(0);
      said.push(...findings);
      // What was taken already changes nothing.
      expect(correlator.take(stretch).findings).toEqual([]);
    }
    if (!restarts.includes(i / batch)) continue;
    const saved = JSON.parse(JSON.stringify([...correlator.parts()])) as CorrelatorPart[];
    correlator = createCorrelator(config, plans, saved);
  }
  expect(correlator.size()).toEqual({ events: 0, groups: 0 });
  return lastWords(said);
}

/** In the form of what is expected; of many only as many as an alert shows. */
function asExpected(findings: readonly Findings[]): unknown[] {
  return findings
    .filter(({ count }) => count > 0)
    .map(({ key, count, matches, settled }) => ({
      group: JSON.stringify(key.map(({ value }) => value.toLowerCase())),
      count,
      settled,
      shown: matches.map(({ time, explanation }) => {
        const { events, value, type } = explanation as CorrelationExplanation;
        return { at: (time - start) / second, ...shown(type, events, value) };
      }),
    }))
    .sort((x, y) => (x.group < y.group ? -1 : 1));
}

const shown = (type: string, events: number | null, value: number | null): object =>
  type.startsWith('temporal') ? {} : { events, value };

function gathered(expected: readonly Expected[], type: string): unknown[] {
  return [...new Set(expected.map(({ group }) => group))].sort().map((group) => {
    const mine = expected.filter((one) => one.group === group);
    return {
      group,
      count: mine.length,
      settled: true,
      shown: mine
        .filter((_, i) => i < 9 || i === mine.length - 1)
        .map(({ at, events, value }) => ({ at, ...shown(type, events, value) })),
    };
  });
}

describe('what is found in the end is what trying every window finds', () => {
  it.each([
    ['single correlations', single, 60],
    ['single correlations over a long time', single, 2_000],
    ['chains', chained, 60],
    ['chains over a long time', chained, 2_000],
    ['aliases', aliased, 60],
  ])('%s', (_, specs, longest) => {
    fc.assert(
      fc.property(
        specs,
        came(longest),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(12), { maxLength: 3 }),
        (list, events, batch, restarts) => {
          const { plans, rejected } = plansOf(names, list.map(documentOf).join('\n---\n'));
          expect(rejected).toEqual([]);
          const root = list.at(-1) as Spec;
          expect(asExpected(saidOf(plans, events, batch, restarts))).toEqual(
            gathered(expectedOf(root, list, events), root.type),
          );
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 300), ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
    );
  });
});
