import type { DataClass, EcsEvent } from './event.ts';
import type { EvasionExplanation, ForestExplanation, OnnxExplanation } from './model_explanation.ts';

/** Sigma's levels, least first. */
export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof levels)[number];

/** The engines that find things; each has its own way to explain itself. */
export const engines = ['sigma', 'correlation', 'evasion', 'onnx', 'forest'] as const;
export type Engine = (typeof engines)[number];

/** What found it, with what a person needs to judge it (the Detection Rule License asks for author and references). */
export interface Detector {
  readonly engine: Engine;
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly description?: string;
  readonly author?: string;
  /** Only what the rule itself states. */
  readonly license?: string;
  readonly references?: readonly string[];
  /** Sigma tags, e.g. `attack.t1003.001`. */
  readonly tags?: readonly string[];
  readonly falsePositives?: readonly string[];
}

/** Whom the finding is about: the fields an alert gathers by, in order, e.g. host.name and user.name. */
export type EntityKey = readonly { readonly field: string; readonly value: string }[];

/** One condition of a rule that held, and the value of the event it held on. */
export interface ExplainedItem {
  /** The selection's name in the rule's detection section. */
  readonly selection: string;
  /** The Sigma field as the rule writes it; null for a keyword. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  /** The rule's value that matched, as the rule writes it; null for `null`. */
  readonly pattern: string | null;
  /** Dotted path of the event's value; null where the condition is that the field is absent. */
  readonly path: string | null;
  /** The event's value as text, at most 4,096 characters; null where absent. */
  readonly value: string | null;
  /** Start and end (UTF-16 units, end exclusive) of what matched inside `value`, where it is a part of it. */
  readonly spans: readonly (readonly [number, number])[];
  /** 1-based line of the value in its file. */
  readonly line: number | null;
  /** That file, where it is not the rule's own: a filter's, a pipeline's. */
  readonly file?: string;
}

export interface SigmaExplanation {
  readonly engine: 'sigma';
  readonly condition: string;
  /** Conditions that held, in the order of the rule. */
  readonly items: readonly ExplainedItem[];
  /** Selections under `not` that rightly did not hold, by name. */
  readonly absent: readonly string[];
}

/** An event that a correlation's finding rests on. */
export interface CorrelatedEvent {
  readonly id: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  /** The rule it matched: its place in {@link CorrelationExplanation.rules}. */
  readonly rule: number;
}

/** Why a correlation found something: how many of which events came together, in which time. Times are epoch milliseconds. */
export interface CorrelationExplanation {
  readonly engine: 'correlation';
  /** Sigma's type of correlation, e.g. `event_count`. */
  readonly type: string;
  /** What had to hold, e.g. `>= 10`; `all` of the rules; or an expression over their names. */
  readonly condition: string;
  /** Fields whose values were counted or measured. */
  readonly fields: readonly string[];
  readonly timespanMs: number;
  /** The first and the last event counted. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  /** What the condition compared, when it came to hold; null where it compares nothing. */
  readonly value: number | null;
  /** The rules on single events that it rests on. */
  readonly rules: readonly { readonly id: string; readonly title: string }[];
  /** The first events of the window and the last, in order of time. */
  readonly sample: readonly CorrelatedEvent[];
  /** Earlier windows of its group that the window's value was compared with. */
  readonly comparison?: {
    /** As the rule writes it, e.g. `mean of the last 24`. */
    readonly with: string;
    /** Their value, and how many of them were seen. */
    readonly baseline: number;
    readonly seen: number;
    /** When the window begins; it has the timespan's length. */
    readonly window: number;
  };
  /** From where to where nobody gets in the time between. */
  readonly journey?: {
    readonly from: VisitedPlace;
    readonly to: VisitedPlace;
    /** Kilometres along a great circle. */
    readonly km: number;
  };
}

/** Degrees with two decimals, and the time of the event there. */
export interface VisitedPlace {
  readonly lat: number;
  readonly lon: number;
  readonly time: number;
}

export type Explanation =
  | SigmaExplanation
  | CorrelationExplanation
  | EvasionExplanation
  | OnnxExplanation
  | ForestExplanation;

/** One detector's finding on one event, or on one window of events. */
export interface Match {
  readonly id: string;
  readonly detector: Detector;
  readonly key: EntityKey;
  /** Event time, epoch milliseconds, at most ingestion time plus the allowed skew; of a window, when its condition came to hold. */
  readonly time: number;
  /** The suppression bucket's width in milliseconds. */
  readonly bucketMs: number;
  /** Class of the event: who may read it, and so the alert. */
  readonly dataClass: DataClass;
  /** The event itself, of which the alert keeps a bounded sample under its own class's time to live; a window's stands for it. */
  readonly event: EcsEvent;
  readonly explanation: Explanation;
}

/** A finding on one event. */
export interface EventMatch extends Match {
  /** Where the event stands in the events stream; makes counting idempotent under replay. */
  readonly position: { readonly partition: number; readonly offset: number };
}

/**
 * All that a windowed detector has found in one suppression bucket for one entity. It takes the place of what it said
 * of that bucket before, so that findings can change until every event is in, and saying it twice changes nothing.
 */
export interface Findings {
  /** The alert's id, as `alertId` gives it. */
  readonly id: string;
  readonly detector: Detector;
  readonly key: EntityKey;
  readonly dataClass: DataClass;
  /** Epoch milliseconds, end exclusive. */
  readonly bucket: { readonly start: number; readonly end: number };
  /** How many findings; none where late events took the reason away. */
  readonly count: number;
  /** First, last and a bounded sample of them, in order of time. */
  readonly matches: readonly Match[];
  /** Nothing will change any more: every event that belongs to it has come. */
  readonly settled: boolean;
}
