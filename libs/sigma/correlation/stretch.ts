import { isObject } from '@tidewatch/event';
import type { CorrelationPlan } from './plan.ts';
import type { Value } from './timeline.ts';

/** An event that matched a rule that a correlation builds on. */
export type MatchLine = readonly [
  /** Number of the plan in {@link Stretch.plans}. */
  plan: number,
  node: number,
  /** Place of the rule among those of the node. */
  input: number,
  /** The values of the node's `group-by`. */
  group: readonly string[],
  /** Where the event stands in its partition. */
  offset: number,
  /** Event time, epoch milliseconds. */
  time: number,
  id: string,
  /** Number of the data class in {@link Stretch.classes}. */
  dataClass: number,
  value: Value,
  /** Number of the event's source in {@link Stretch.origins}. */
  origin: number,
];

/** What a stretch of one partition of the events stream means for correlations; plain JSON. */
export interface Stretch {
  readonly partition: number;
  /** Offset behind its last event. What was taken up to here already is passed by. */
  readonly to: number;
  /** Newest event time and ingestion time of each source in the stretch, epoch milliseconds. */
  readonly sources: readonly (readonly [source: string, newest: number, ingested: number])[];
  /** Sources that were declared quiet, and until when. */
  readonly idle: readonly (readonly [source: string, at: number])[];
  /** Keys of plans, names of data classes and of sources, that `matches` has by number. */
  readonly plans: readonly string[];
  readonly classes: readonly string[];
  readonly origins: readonly string[];
  readonly matches: readonly MatchLine[];
}

/** The last time that there is (ECMA-262, section 21.4.1.1). */
const lastTime = 8.64e15;
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= lastTime;

/** Whether a record's JSON is a stretch, but for its lines: see {@link fits}. */
export function isStretch(value: unknown): value is Stretch {
  if (!isObject(value)) return false;
  const { partition, to, sources, idle, plans, classes, origins, matches } = value;
  const isText = (each: unknown): boolean => typeof each === 'string';
  return (
    Number.isSafeInteger(partition) &&
    Number.isSafeInteger(to) &&
    [plans, classes, origins].every((names) => Array.isArray(names) && names.every(isText)) &&
    [sources, idle].every(
      (marks) =>
        Array.isArray(marks) &&
        marks.every((mark) => Array.isArray(mark) && isText(mark[0]) && mark.slice(1).every(isTime)),
    ) &&
    Array.isArray(matches) &&
    matches.every((line) => Array.isArray(line))
  );
}

/** Whether a line is one of the plan's. */
export function fits({ nodes, feeds }: CorrelationPlan, line: MatchLine): boolean {
  const [, node, input, group, offset, time, id, , value] = line;
  return (
    feeds.some((feed) => feed.node === node && feed.input === input) &&
    Array.isArray(group) &&
    group.length === nodes[node]?.groupBy.length &&
    group.every((each) => typeof each === 'string') &&
    Number.isSafeInteger(offset) &&
    isTime(time) &&
    typeof id === 'string' &&
    (value === null || typeof value === 'string' || typeof value === 'number')
  );
}
