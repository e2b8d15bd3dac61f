import {
  bucketStart,
  type CorrelationExplanation,
  type EcsEvent,
  type EntityKey,
  type Findings,
  type Match,
  sampleLimit,
} from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import { fold } from '../fold.ts';
import type { Firing } from './firing.ts';
import { degreesOf } from './geo_point.ts';
import { findingId, type Instance } from './instance.ts';
import type { PlanNode } from './plan.ts';
import { shownFields } from './shown_field.ts';

/** Of the events that a finding rests on, by way of all its correlations, so many are named: the first and the last. */
const mostEvidence = 20;

const nothing: readonly Findings[] = [];

/**
 * What is to be said of an instance: the buckets whose findings changed since it was last asked, and those that have
 * become final, which are then forgotten.
 *
 * @param classOf the data class of a number
 * @param mark tells alerts of a clock of its own from those of all; empty where it is that of all
 */
export function sayFindings(
  instance: Instance,
  complete: number,
  classOf: (dataClass: number) => string,
  mark: string,
): readonly Findings[] {
  const { plan } = instance;
  // Most have nothing to say.
  if (instance.said === null && instance.firings().length === 0) {
    instance.tidy(complete);
    return nothing;
  }
  const said = instance.said ?? new Map<number, string>();
  const byBucket = new Map<number, Firing[]>([...said.keys()].map((bucket) => [bucket, []]));
  for (const firing of instance.firings()) {
    const bucket = bucketStart(firing.at, plan.bucketMs);
    byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), firing]);
  }
  const changed: Findings[] = [];
  for (const [bucket, firings] of byBucket) {
    const settled = complete > instance.settles(bucket);
    const digest = JSON.stringify([firings.map(told), settled]);
    if (said.get(bucket) !== digest)
      changed.push(findingsOf(instance, bucket, firings, settled, classOf, mark));
    if (settled) said.delete(bucket);
    else said.set(bucket, digest);
  }
  instance.said = said.size === 0 ? null : said;
  instance.tidy(complete);
  return changed;
}

/** What of a firing can change: of a comparison also what it is compared with. */
const told = ({ at, to, events, value, compared }: Firing): unknown[] =>
  compared === undefined ? [at, to, events] : [at, to, events, value, compared.baseline, compared.seen];

function findingsOf(
  instance: Instance,
  start: number,
  firings: readonly Firing[],
  settled: boolean,
  classOf: (dataClass: number) => string,
  mark: string,
): Findings {
  const { plan, values } = instance;
  const names = shownFields((plan.nodes.at(-1) as PlanNode).groupBy);
  const key = names.map((field, i) => ({ field, value: values[i] as string }));
  const folded = key.map(({ field, value }) => ({ field, value: fold(value) }));
  const sample = firings.filter((_, i) => i < sampleLimit - 1 || i === firings.length - 1);
  const matches = sample.map((firing) => matchOf(instance, firing, key, classOf(firing.dataClass)));
  return {
    id: alertId(plan.detector.id, [...folded, ...(mark === '' ? [] : [{ field: '', value: mark }])], start),
    detector: plan.detector,
    key,
    dataClass: matches[0]?.dataClass ?? '',
    bucket: { start, end: start + plan.bucketMs },
    count: firings.length,
    matches,
    settled,
  };
}

/** A window has no event of its own: this one stands for it, with its time and its group. */
function matchOf(instance: Instance, firing: Firing, key: EntityKey, dataClass: string): Match {
  const { plan, values } = instance;
  const id = findingId(plan.nodes.at(-1) as PlanNode, values, firing.at);
  const time = new Date(firing.at).toISOString();
  const event: EcsEvent = {
    '@timestamp': time,
    event: { id, kind: 'alert', ingested: time, dataset: 'tidewatch.correlation' },
    tidewatch: { source: 'correlation', data_class: dataClass },
  };
  return {
    id,
    detector: plan.detector,
    key,
    time: firing.at,
    bucketMs: plan.bucketMs,
    dataClass,
    event,
    explanation: explain(instance, firing),
  };
}

function explain(instance: Instance, firing: Firing): CorrelationExplanation {
  const { nodes, feeds } = instance.plan;
  const root = nodes.at(-1) as PlanNode;
  const rules = feeds.map(
    ({ node, input }) => (nodes[node] as PlanNode).inputs[input] as PlanNode['inputs'][number],
  );
  const evidence = instance.evidence(nodes.length - 1, firing).sort((a, b) => a.time - b.time);
  if (evidence.length > mostEvidence) evidence.splice(mostEvidence / 2, evidence.length - mostEvidence);
  return {
    engine: 'correlation',
    type: root.type,
    condition: root.conditionText,
    fields: root.fields,
    timespanMs: root.timespanMs,
    from: Math.min(firing.from, ...evidence.map(({ time }) => time)),
    to: firing.to,
    events: firing.events,
    value: firing.value,
    rules,
    sample: evidence.map(({ id, time, feed }) => ({ id, time, rule: feed })),
    ...comparisonOf(root, firing),
    ...journeyOf(firing),
  };
}

const comparisonOf = (
  { compare }: PlanNode,
  { compared }: Firing,
): Pick<CorrelationExplanation, 'comparison'> =>
  compare === undefined || compared === undefined ? {} : { comparison: { with: compare.with, ...compared } };

function journeyOf({ journey }: Firing): Pick<CorrelationExplanation, 'journey'> {
  if (journey === undefined) return {};
  const { from, to, departed, arrived, km } = journey;
  return {
    journey: {
      from: { ...degreesOf(from), time: departed },
      to: { ...degreesOf(to), time: arrived },
      km,
    },
  };
}
