import type { CorrelationExplanation, Findings } from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import { parseRuleFile } from '../parse.ts';
import { type Correlator, createCorrelator } from './correlator.ts';
import { type CorrelationPlan, type PlanNode, planCorrelations } from './plan.ts';
import type { MatchLine, Stretch } from './stretch.ts';
import { measuredValue } from './timeline.ts';

export const second = 1_000;
export const minute = 60 * second;
export const start = Date.UTC(2026, 10, 21, 10);
export const config = {
  allowedLatenessMs: 5 * minute,
  idleAfterMs: 2 * minute,
  maxEvents: 100_000,
  sliceMs: 10_000,
};

/** What happened: a rule matched an event with these fields, so many seconds after the start. */
export interface Happened {
  readonly at: number;
  readonly rule: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** The event's name; two of one name are one event. */
  readonly event?: string;
  readonly source?: string;
}

const base = (names: readonly string[]): string =>
  names
    .map(
      (name) =>
        `title: Rule ${name}\nid: ${name}\nname: ${name}\nlogsource: {product: test}\ndetection: {sel: {a: 1}, condition: sel}\n`,
    )
    .join('---\n');

/** Plans of the correlations in YAML, with single-event rules of these names beside them. */
export function plansOf(names: readonly string[], yaml: string): ReturnType<typeof planCorrelations> {
  const { rules, correlations, rejected } = parseRuleFile(`${base(names)}---\n${yaml}`, 'test.yml');
  const plans = planCorrelations(rules, correlations);
  return { ...plans, rejected: [...rejected, ...plans.rejected] };
}

/** A correlation of one type in one line. */
export const correlation = (
  section: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): string => JSON.stringify({ title: 'Found', id: 'found', level: 'high', ...more, correlation: section });

let offset = 0;

/** A stretch of partition 0 with these happenings, in their order. */
export function stretch(plans: readonly CorrelationPlan[], happened: readonly Happened[]): Stretch {
  const origins = [...new Set(happened.map(({ source = 'a' }) => source))];
  const matches = happened.flatMap((one): MatchLine[] => {
    const mine = offset++;
    return plans.flatMap(({ nodes, feeds }, plan) =>
      feeds
        .filter(({ rule }) => rule === one.rule)
        .map(({ node, input, group, values }): MatchLine => {
          const texts = (fields: readonly string[]) => fields.map((field) => one.fields?.[field] ?? '');
          const id = matchId('event', one.event ?? JSON.stringify(one));
          const value = measuredValue(nodes[node] as PlanNode, texts(values));
          const origin = origins.indexOf(one.source ?? 'a');
          return [plan, node, input, texts(group), mine, start + one.at * second, id, 0, value, origin];
        }),
    );
  });
  const newest = new Map<string, number>();
  for (const { at, source = 'a' } of happened)
    newest.set(source, Math.max(newest.get(source) ?? Number.NEGATIVE_INFINITY, start + at * second));
  return {
    partition: 0,
    to: offset,
    sources: [...newest].map(([source, time]) => [source, time, time]),
    idle: [],
    plans: plans.map(({ key }) => key),
    classes: ['system'],
    origins,
    matches,
  };
}

/** What an alert store would hold after these findings: the last word on each alert. */
export function lastWords(findings: readonly Findings[]): Findings[] {
  const byId = new Map(findings.map((each) => [each.id, each]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Feeds happenings in batches, then an event of the sources a, s and t long after, and gives the last word on each alert. */
export function finalFindings(
  plans: readonly CorrelationPlan[],
  happened: readonly Happened[],
  batch = 1,
  correlator: Correlator = createCorrelator(config, plans),
): Findings[] {
  const said: Findings[] = [];
  for (let i = 0; i < happened.length; i += batch)
    said.push(...correlator.take(stretch(plans, happened.slice(i, i + batch))).findings);
  const after = ['a', 's', 't'].map((source) => ({ at: 40 * 24 * 3_600, rule: 'nothing', source }));
  said.push(...correlator.take(stretch(plans, after)).findings);
  return lastWords(said);
}

export const many = (
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
export const fired = (findings: readonly Findings[]): Record<string, number[]> =>
  Object.fromEntries(
    findings
      .filter(({ count }) => count > 0)
      .map(({ key, matches }) => [
        key.map(({ value }) => value).join(),
        matches.map(({ time }) => (time - start) / second),
      ]),
  );

export const explained = (findings: readonly Findings[]): CorrelationExplanation =>
  findings[0]?.matches[0]?.explanation as CorrelationExplanation;

export const count = (bounds: object, more: object = {}): string =>
  correlation({
    type: 'event_count',
    rules: ['a'],
    'group-by': ['ip'],
    timespan: '1m',
    condition: bounds,
    ...more,
  });
