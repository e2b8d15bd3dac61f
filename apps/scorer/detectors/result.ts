import type { Definition, FeatureDefinition } from './definition.ts';
import { isNormal, speakingOf, type Tolerance } from './normal.ts';

/** What one feature has to do with a result. */
export interface ResultFeature {
  readonly name: string;
  /** Null where it was not measured. */
  readonly actual: number | null;
  readonly expected: number | null;
  readonly contribution: number;
  /** Some of the values that it counted as new. */
  readonly examples?: readonly string[];
}

/** As JSON has it. */
export const plainFeature = ({ examples, ...feature }: ResultFeature) => ({
  ...feature,
  ...(examples && { examples: [...examples] }),
});

/** A result as a record or an alert of such a class has it: values as they stood in events are for readers of these alone. */
export const within = (result: Result, dataClass: string): Result =>
  result.dataClass === dataClass
    ? result
    : { ...result, features: result.features.map(({ examples: _, ...feature }) => feature) };

/** An interval of an entity that is odd. Times are epoch milliseconds. */
export interface Result {
  readonly detector: string;
  readonly version: string;
  /** In the order of the definition's `by`. */
  readonly entity: readonly string[];
  readonly from: number;
  readonly to: number;
  /** When the newest event was taken that the detector had seen by then. */
  readonly ingested: number;
  /** 0 to 1. */
  readonly score: number;
  /** Above 0, up to 1. */
  readonly grade: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly features: readonly ResultFeature[];
  /** Class of the entity's newest event. */
  readonly dataClass: string;
  /**
   * Why it is no alert: `grade` and `confidence` are below what the definition asks for, its `rules` hold it back, or somebody
   * said that it is `normal`.
   */
  readonly suppressed?: 'grade' | 'confidence' | 'rules' | 'normal';
}

/** All that was found of an entity in one bucket of time: what its alert says. */
export interface Found {
  /** Start of the bucket. */
  readonly start: number;
  readonly count: number;
  /** The first, the newest, and those between that came first. */
  readonly results: readonly Result[];
}

/** Results that an alert keeps. */
const mostKept = 10;

/** Why an odd interval is no alert; undefined where it is one. */
export function suppressedBy(
  { alert, features }: Definition,
  tolerances: readonly Tolerance[],
  {
    grade,
    confidence,
    entity,
    from,
    features: found,
  }: Pick<Result, 'grade' | 'confidence' | 'entity' | 'from' | 'features'>,
): Result['suppressed'] {
  if (grade < alert.grade) return 'grade';
  if (confidence < alert.confidence) return 'confidence';
  const off = found.flatMap(({ name, actual, expected }, i) =>
    // What was not measured, or nothing was expected of, is off from nothing.
    actual !== null && expected !== null && isOff(features[i] as FeatureDefinition, actual, expected)
      ? [{ name, actual, expected }]
      : [],
  );
  if (off.length === 0) return 'rules';
  const speaking = speakingOf(tolerances, entity, from);
  return off.every(({ name, actual, expected }) => isNormal(speaking, name, actual, expected))
    ? 'normal'
    : undefined;
}

/** Whether a value is so far from what was expected, on the side that counts, that it is worth an alert. */
function isOff(
  { direction, min_absolute, min_relative }: FeatureDefinition,
  value: number,
  expected: number,
): boolean {
  const off = value - expected;
  if (off === 0) return false;
  if (direction !== 'both' && off > 0 !== (direction === 'above')) return false;
  return Math.abs(off) >= min_absolute && Math.abs(off) >= min_relative * Math.abs(expected);
}

/** What an alert says with one more result. @param start of the bucket that the result is in */
export function withResult(found: Found | undefined, result: Result, start: number): Found {
  if (found?.start !== start) return { start, count: 1, results: [result] };
  const results = [...found.results, result];
  if (results.length > mostKept) results.splice(mostKept - 1, 1);
  return { start, count: found.count + 1, results };
}
