import type { CorrelationExplanation, Findings } from '@tidewatch/event';
import { lastWords, second, start } from './correlation.fixture.ts';
import { type Correlator, type CorrelatorPart, createCorrelator } from './correlator.ts';
import type { Expected, Seen } from './oracle.fixture.ts';
import type { CorrelationPlan, PlanNode } from './plan.ts';
import type { MatchLine, Stretch } from './stretch.ts';
import { measuredValue } from './timeline.ts';

/** Seconds. */
export const lateness = 10;
const config = {
  allowedLatenessMs: lateness * second,
  idleAfterMs: 60 * second,
  maxEvents: 1_000_000,
  sliceMs: 10_000,
};

/** What came, from which source and into which partition, and how much later than it could have. */
export interface Came extends Seen {
  readonly source: string;
  readonly partition: number;
  readonly delay: number;
}

const origins = ['s', 't'];
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
    const newest =
      start + second * Math.max(...run.filter((one) => one.source === source).map(({ at }) => at));
    return [source, newest, newest] as const;
  });
  return {
    partition,
    to: first + run.length,
    sources,
    idle: [],
    plans: plans.map(({ key }) => key),
    classes: ['system'],
    origins: [...origins],
    matches: run.flatMap((one, i) => plans.flatMap((plan, number) => linesOf(plan, number, one, first + i))),
  };
}

const linesOf = ({ nodes, feeds }: CorrelationPlan, plan: number, one: Came, offset: number): MatchLine[] =>
  feeds
    .filter(({ rule }) => rule === one.rule)
    .map(({ node, input, group, values }) => {
      const texts = (list: readonly string[]) => list.map((field) => one.fields[field] as string);
      const value = measuredValue(nodes[node] as PlanNode, texts(values));
      const origin = origins.indexOf(one.source);
      return [plan, node, input, texts(group), offset, start + one.at * second, one.id, 0, value, origin];
    });

/** What was said in the end, and what should be nothing: late matches, findings of what came again, state that is left. */
export interface Said {
  readonly findings: Findings[];
  readonly late: number;
  readonly again: number;
  readonly left: { readonly events: number; readonly groups: number };
}

/** What is said in the end, restarted behind these batches, after an event of every source that is long after. */
export function saidOf(
  plans: readonly CorrelationPlan[],
  list: readonly Came[],
  batch: number,
  restarts: readonly number[],
): Said {
  offsets = [];
  let late = 0;
  let again = 0;
  const said: Findings[] = [];
  let correlator: Correlator = createCorrelator(config, plans);
  const end = origins.flatMap((source) =>
    [0, 1].map((partition) => ({ rule: '', id: '', at: 1e7, fields: {}, delay: 0, source, partition })),
  );
  const sorted = [...list].sort((a, b) => a.at + a.delay - (b.at + b.delay));
  for (let i = 0; i < sorted.length + batch; i += batch) {
    const part = i < sorted.length ? sorted.slice(i, i + batch) : end;
    for (const stretch of stretchesOf(plans, part)) {
      const taken = correlator.take(stretch);
      late += taken.late;
      said.push(...taken.findings);
      again += correlator.take(stretch).findings.length;
    }
    if (!restarts.includes(i / batch)) continue;
    const saved = JSON.parse(JSON.stringify([...correlator.parts()])) as CorrelatorPart[];
    correlator = createCorrelator(config, plans, saved);
  }
  return { findings: lastWords(said), late, again, left: correlator.size() };
}

/** In the form of what is expected; of many only as many as an alert shows. */
export function asExpected(findings: readonly Findings[]): unknown[] {
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

export function gathered(expected: readonly Expected[], type: string): unknown[] {
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
