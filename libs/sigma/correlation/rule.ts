import type { RuleHeader } from '../rule.ts';

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const;
export type CorrelationType = (typeof correlationTypes)[number];

export type BoundOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';

/** One comparison of a condition; several are ANDed, and so make a range. */
export interface Bound {
  readonly operator: BoundOperator;
  readonly number: number;
}

/** A condition over the rules that a temporal correlation names, by their place in `rules`. */
export type RuleCondition =
  | { readonly kind: 'rule'; readonly input: number }
  | { readonly kind: 'not'; readonly of: RuleCondition }
  | { readonly kind: 'and' | 'or'; readonly of: readonly RuleCondition[] };

/** How a window has to compare with earlier ones of its group; windows are aligned to multiples of the timespan since 1970, UTC. */
export interface Compare {
  /** As it is written: `mean of the last 24`, `same window 7d ago`. */
  readonly with: string;
  /** The mean of all the windows that far back, or the one that stands there. */
  readonly kind: 'mean' | 'same';
  /** How many windows it goes back. */
  readonly windows: number;
  /** Bounds of the window's value divided by that of the earlier ones, and of their difference; at least one of all. */
  readonly ratio: readonly Bound[];
  readonly difference: readonly Bound[];
  /** So many earlier windows must have been seen. */
  readonly least: number;
}

/** How far apart, and how fast from one to the other, two places have to be. */
export interface Travel {
  readonly kmh: number;
  readonly km: number;
  /** After firing, what comes within this time joins the finding. */
  readonly restMs: number;
}

/** A correlation as it is written (specification, Correlation Rules 2.1.0); plain data. */
export interface CorrelationRule extends RuleHeader {
  readonly type: CorrelationType;
  /** Names or ids of the rules it builds on. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** Bounds of the count or value; for temporal types, of the number of different rules. Empty where `expression` is given. */
  readonly bounds: readonly Bound[];
  /** Fields whose values are counted (all of them together make one value) or measured; empty for counts of events. */
  readonly fields: readonly string[];
  /** Which percentile, 0 to 100; the median is 50. */
  readonly percentile: number;
  /** For temporal types: which rules have to have matched. */
  readonly expression: RuleCondition | null;
  /** The condition as it is shown, e.g. `>= 10`. */
  readonly conditionText: string;
  /** Field by name of the alias and then of the rule. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether the rules it builds on make alerts of their own as well. */
  readonly generate: boolean;
  /** Beyond the specification: `tidewatch: compare:` and `tidewatch: travel:`, of which it has one at most. */
  readonly compare?: Compare;
  readonly travel?: Travel;
}
