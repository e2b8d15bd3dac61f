import type { Findings } from '@tidewatch/event';
import { fold } from '../fold.ts';
import { createDueQueue } from './due_queue.ts';
import { sayFindings } from './findings.ts';
import { Instance, type InstanceState, rootValues } from './instance.ts';
import type { CorrelationPlan } from './plan.ts';
import type { Occurrence } from './timeline.ts';

/** Groups that share a clock: what is final for one is final for all. */
export interface Lane {
  /** Up to when everything is known, epoch milliseconds; what is before it comes too late. */
  readonly complete: number;
  /** Events and groups that are kept. */
  readonly events: number;
  readonly groups: number;
  /** Takes an event that is not before `complete`. @param group the values of the node's group */
  insert(plan: CorrelationPlan, node: number, group: readonly string[], occurrence: Occurrence): void;
  /** Judges what was touched, and what is due now that everything before `complete` is known. */
  advance(complete: number, say: (findings: readonly Findings[]) => void): void;
  /**
   * Gives up groups, those that were touched longest ago first, while there are more than so many events. What they found
   * so far is said to be final.
   */
  giveUp(mostEvents: number, say: (findings: readonly Findings[]) => void): void;
  /** Gives up the groups whose plan is not wanted any more. */
  keepPlans(wanted: (key: string) => boolean): void;
  restore(plan: CorrelationPlan, state: InstanceState): void;
  /** How many events were given up since this was last asked. */
  takeEvicted(): number;
  states(): Iterable<InstanceState>;
}

/** Time after everything. */
const never = Number.MAX_SAFE_INTEGER;

/**
 * @param classOf the data class of a number
 * @param sliceMs how long what is due is judged at a time
 * @param mark tells its alerts from those of other lanes
 */
export function createLane(
  classOf: (dataClass: number) => string,
  sliceMs: number,
  mark: string,
  known = Number.NEGATIVE_INFINITY,
): Lane {
  let complete = known;
  let events = 0;
  let evicted = 0;
  /** Touched longest ago first. */
  const instances = new Map<string, Instance>();
  /** Touched since the last judgement; their events are not counted in `events` meanwhile. */
  const touched = new Set<Instance>();
  const queue = createDueQueue<Instance>();
  /** Keys of plans are long, and every group has one. */
  const numbers = new Map<string, number>();

  function keyOf(plan: CorrelationPlan, values: readonly string[]): string {
    const number = numbers.get(plan.key) ?? numbers.size;
    numbers.set(plan.key, number);
    // One flat text: joined ones are kept in parts.
    return JSON.stringify([number, ...values.map(fold)]);
  }

  function forget(instance: Instance): void {
    if (!touched.delete(instance)) events -= instance.size;
    instances.delete(instance.key);
    queue.put(instance, Number.POSITIVE_INFINITY);
  }

  function judge(instance: Instance): readonly Findings[] {
    instance.judge(complete);
    const said = sayFindings(instance, complete, classOf, mark);
    evicted += instance.takeEvicted();
    events += instance.size;
    const due = instance.due();
    queue.put(instance, due);
    if (due === Number.POSITIVE_INFINITY) forget(instance);
    return said;
  }

  return {
    get complete() {
      return complete;
    },
    get events() {
      return events;
    },
    get groups() {
      return instances.size;
    },

    insert(plan, node, group, occurrence) {
      const values = rootValues(plan, node, group);
      const key = keyOf(plan, values);
      const instance = instances.get(key) ?? new Instance(key, plan, values);
      if (!touched.has(instance)) {
        touched.add(instance);
        events -= instance.size;
        instances.delete(key);
        instances.set(key, instance);
      }
      instance.insert(node, group, occurrence);
    },

    advance(next, say) {
      complete = Math.max(complete, next);
      for (const instance of touched) {
        touched.delete(instance);
        say(judge(instance));
      }
      const end = performance.now() + sliceMs;
      for (const instance of queue.takeBefore(complete)) {
        events -= instance.size;
        say(judge(instance));
        if (performance.now() > end) return;
      }
    },

    giveUp(mostEvents, say) {
      for (const instance of instances.values()) {
        if (events <= mostEvents) return;
        evicted += instance.size;
        events -= instance.size;
        instance.judge(never);
        say(sayFindings(instance, never, classOf, mark));
        events += instance.size;
        forget(instance);
      }
    },

    keepPlans(wanted) {
      for (const instance of instances.values()) if (!wanted(instance.plan.key)) forget(instance);
    },

    restore(plan, state) {
      const key = keyOf(plan, state.values);
      const instance = new Instance(key, plan, state.values, state);
      instances.set(key, instance);
      events += instance.size;
      queue.put(instance, instance.due());
    },

    takeEvicted() {
      const count = evicted;
      evicted = 0;
      return count;
    },

    *states() {
      for (const instance of instances.values()) yield instance.toJSON();
    },
  };
}
