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
