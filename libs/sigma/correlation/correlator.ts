import type { Findings } from '@tidewatch/event';
import {
  createWatermark,
  type Watermark,
  type WatermarkConfig,
  type WatermarkState,
} from '@tidewatch/window';
import { createDueQueue } from './due_queue.ts';
import { sayFindings } from './findings.ts';
import { groupId, Instance, type InstanceState } from './instance.ts';
import type { CorrelationPlan, PlanNode } from './plan.ts';
import type { Stretch } from './stretch.ts';

export interface CorrelatorConfig extends WatermarkConfig {
  /** So many events are kept at most; beyond that the groups that were touched longest ago are given up. */
  readonly maxEvents: number;
}

/** What taking a stretch did. */
export interface Correlated {
  readonly findings: readonly Findings[];
  /** Matches that came too late to be correlated. */
  readonly late: number;
  /** Events that were given up, since there were too many. */
  readonly evicted: number;
}

/**
 * Correlates the matches of some groups, in event time. What it finds in the end depends on the matches alone, in
 * whatever order they come within the allowed lateness; taking a stretch again changes nothing.
 */
export interface Correlator {
  /** The plans in force. State of a plan that is not among them is given up; the rest stays. */
  plan(plans: readonly CorrelationPlan[]): void;
  take(stretch: Stretch): Correlated;
  readonly watermark: Watermark;
  /** Events and groups that are kept. */
  size(): { readonly events: number; readonly groups: number };
  /** JSON of everything it holds, in pieces. */
  parts(): Iterable<CorrelatorPart>;
}

export type CorrelatorPart =
  | {
      readonly version: 1;
      readonly watermark: WatermarkState;
      readonly complete: number | null;
      readonly offsets: readonly (readonly [partition: number, next: number])[];
      readonly classes: readonly string[];
    }
  | InstanceState;

/** @param saved what `parts` of an earlier one gave, read back from JSON */
export function createCorrelator(
  config: CorrelatorConfig,
  plans: readonly CorrelationPlan[],
  saved: readonly CorrelatorPart[] = [],
): Correlator {
  const head = saved.find((part) => 'version' in part);
  const watermark = createWatermark(config, head?.watermark);
  const offsets = new Map<number, number>(head?.offsets);
  const classes: string[] = [...(head?.classes ?? [])];
  let complete = head?.complete ?? Number.NEGATIVE_INFINITY;
  let byKey = new Map(plans.map((each) => [each.key, each]));
  /** Touched longest ago first. */
  const instances = new Map<string, Instance>();
  const queue = createDueQueue<string>();
  let events = 0;

  for (const part of saved) if (!('version' in part)) restore(part);

  function restore(state: InstanceState): void {
    const plan = byKey.get(state.plan);
    if (plan === undefined) return;
    const key = instanceKey(plan, state.values);
    const instance = new Instance(plan, state.values, state);
    instances.set(key, instance);
    events += instance.size;
    queue.put(key, instance.due());
  }

  function numberOf(name: string): number {
    const known = classes.indexOf(name);
    return known === -1 ? classes.push(name) - 1 : known;
  }

  /** Puts the matches where they belong; gives the keys of the instances they went to, and how many came too late. */
  function insertAll({ matches, ...stretch }: Stretch, from: number): { touched: Set<string>; late: number } {
    const touched = new Set<string>();
    const numbers = stretch.classes.map(numberOf);
    let late = 0;
    for (const [planNumber, node, input, group, offset, time, id, dataClass, value] of matches) {
      const plan = byKey.get(stretch.plans[planNumber] as string);
      if (plan === undefined || offset < from) continue;
      if (time < complete) {
        late++;
        continue;
      }
      const { rootGroup } = plan.nodes[node] as PlanNode;
      const values = rootGroup.map((place) => group[place] as string);
      const key = instanceKey(plan, values);
      const instance = instances.get(key) ?? new Instance(plan, values);
      if (!touched.has(key)) {
        touched.add(key);
        events -= instance.size;
        instances.delete(key);
        instances.set(key, instance);
      }
      instance.insert(node, group, { time, id, input, dataClass: numbers[dataClass] as number, value });
    }
    return { touched, late };
  }

  /** Judges an instance whose events are not counted at the moment. */
  function judge(key: string, before: number, say: Findings[]): void {
    const instance = instances.get(key) as Instance;
    instance.judge(complete, before);
    say.push(...sayFindings(instance, complete, (number) => classes[number] ?? ''));
    events += instance.size;
    const due = instance.due();
    queue.put(key, due);
    if (due === Number.POSITIVE_INFINITY) instances.delete(key);
  }

  function giveUp(): number {
    let evicted = 0;
    for (const [key, instance] of instances) {
      if (events <= config.maxEvents) break;
      evicted += instance.size;
      events -= instance.size;
      instances.delete(key);
      queue.put(key, Number.POSITIVE_INFINITY);
    }
    return evicted;
  }

  return {
    watermark,

    plan(next) {
      byKey = new Map(next.map((each) => [each.key, each]));
      for (const [key, instance] of instances) {
        if (byKey.has(instance.plan.key)) continue;
        events -= instance.size;
        instances.delete(key);
        queue.put(key, Number.POSITIVE_INFINITY);
      }
    },

    take(stretch) {
      const { partition, to, sources, idle } = stretch;
      const from = offsets.get(partition) ?? 0;
      const findings: Findings[] = [];
      if (to <= from) return { findings, late: 0, evicted: 0 };
      offsets.set(partition, to);
      const { touched, late } = insertAll(stretch, from);
      for (const [source, time, ingested] of sources)
        watermark.observe({ source, partition, time, ingested });
      for (const [source, at] of idle) watermark.idle({ source, partition }, at);
      const before = complete;
      complete = Math.max(complete, watermark.complete() ?? Number.NEGATIVE_INFINITY);
      let evicted = 0;
      for (const key of touched) {
        judge(key, before, findings);
        evicted += instances.get(key)?.takeEvicted() ?? 0;
      }
      for (const key of complete > before ? queue.takeBefore(complete) : []) {
        const instance = instances.get(key);
        if (instance === undefined) continue;
        events -= instance.size;
        judge(key, before, findings);
      }
      return { findings, late, evicted: evicted + giveUp() };
    },

    size: () => ({ events, groups: instances.size }),

    *parts() {
      yield {
        version: 1,
        watermark: watermark.toJSON(),
        complete: Number.isFinite(complete) ? complete : null,
        offsets: [...offsets],
        classes,
      };
      for (const instance of instances.values()) yield instance.toJSON();
    },
  };
}

const instanceKey = (plan: CorrelationPlan, values: readonly string[]): string =>
  `${plan.key} ${groupId(values)}`;
