import { bucketStart, type CloseReason } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import { bucketOf, type Definition } from './definition.ts';
import type { Reach, Tolerance } from './normal.ts';
import { type Result, suppressedBy } from './result.ts';

export type PastResult = Omit<Result, 'detector' | 'version' | 'ingested' | 'dataClass' | 'to'>;

/** What a detector found of late, and what people made of it. */
export interface Past {
  readonly results: readonly PastResult[];
  /** Why alerts were closed, by their id. */
  readonly verdicts: ReadonlyMap<string, CloseReason>;
}

/** What a change would have made of the past: each alert counts as hidden where none of its intervals is left. */
export interface Effect {
  /** Odd intervals that were alerts, and those of them that would have been none. */
  readonly intervals: number;
  readonly hiddenIntervals: number;
  readonly alerts: number;
  readonly hiddenAlerts: number;
  /** Of the hidden alerts, those that were closed as an attack, and those that were closed as none. */
  readonly truePositives: number;
  readonly harmless: number;
}

/** A change that verdicts speak for. */
export type Suggestion = { readonly effect: Effect } & (
  | { readonly kind: 'grade'; readonly grade: number }
  | {
      readonly kind: 'normal';
      readonly entity: readonly string[];
      readonly features: readonly Reach[];
    }
);

/** Verdicts of one kind before they speak for anything. */
const leastVerdicts = 3;

const harmless: ReadonlySet<CloseReason> = new Set([
  'false_positive',
  'benign_positive',
  'expected_activity',
]);

/** Id of the alert that an interval is in. */
export const alertOf = (
  definition: Definition,
  { entity, from }: Pick<PastResult, 'entity' | 'from'>,
): string =>
  alertId(
    definition.id,
    definition.by.map((field, i) => ({ field, value: entity[i] ?? '' })),
    bucketStart(from, bucketOf(definition)),
  );

/** What these would have made of the past. */
export function effectOf(definition: Definition, past: Past, tolerances: readonly Tolerance[]): Effect {
  const alerts = new Map<string, { intervals: number; hidden: number }>();
  for (const result of past.results) {
    if (result.suppressed !== undefined) continue;
    const id = alertOf(definition, result);
    const alert = alerts.get(id) ?? { intervals: 0, hidden: 0 };
    alert.intervals++;
    if (suppressedBy(definition, tolerances, result) !== undefined) alert.hidden++;
    alerts.set(id, alert);
  }
  const all = [...alerts.values()];
  const gone = [...alerts].filter(([, { intervals, hidden }]) => hidden === intervals);
  const reasons = gone.map(([id]) => past.verdicts.get(id));
  return {
    intervals: all.reduce((sum, { intervals }) => sum + intervals, 0),
    hiddenIntervals: all.reduce((sum, { hidden }) => sum + hidden, 0),
    alerts: all.length,
    hiddenAlerts: gone.length,
    truePositives: reasons.filter((reason) => reason === 'true_positive').length,
    harmless: reasons.filter((reason) => reason !== undefined && harmless.has(reason)).length,
  };
}

/** Changes that would have hidden several alerts closed as harmless and none that was an attack; what hides most first. */
export function suggestionsFrom(
  definition: Definition,
  past: Past,
  tolerances: readonly Tolerance[],
): readonly Suggestion[] {
  const judged = past.results.flatMap((result) => {
    if (result.suppressed !== undefined) return [];
    const reason = past.verdicts.get(alertOf(definition, result));
    if (reason === undefined || suppressedBy(definition, tolerances, result) !== undefined) return [];
    return reason === 'true_positive' || harmless.has(reason)
      ? [{ ...result, attack: reason === 'true_positive' }]
      : [];
  });
  const found: Suggestion[] = [];
  const attacks = judged.filter(({ attack }) => attack);
  const others = judged.filter(({ attack }) => !attack);
  const grade = Math.min(...attacks.map((one) => one.grade));
  // Without attacks there is no telling where a threshold belongs.
  if (attacks.length >= leastVerdicts && grade > definition.alert.grade) {
    // A hair below, so that the least of the attacks is still an alert.
    const least = Math.floor(grade * 1_000) / 1_000;
    const raised = { ...definition, alert: { ...definition.alert, grade: least } };
    found.push({ kind: 'grade', grade: least, effect: effectOf(raised, past, tolerances) });
  }
  for (const [entity, features] of reaches(others)) {
    const normal = { entity, features };
    found.push({ kind: 'normal', ...normal, effect: effectOf(definition, past, [...tolerances, normal]) });
  }
  return found
    .filter(({ effect }) => effect.truePositives === 0 && effect.harmless >= leastVerdicts)
    .toSorted((a, b) => b.effect.harmless - a.effect.harmless);
}

/** How far the features of each entity were off on either side, at most. */
function reaches(
  results: readonly PastResult[],
): (readonly [entity: readonly string[], features: readonly Reach[]])[] {
  const found = new Map<string, Map<string, Reach & { readonly absolute: number }>>();
  for (const { entity, features } of results) {
    const key = JSON.stringify(entity);
    const known = found.get(key) ?? new Map();
    found.set(key, known);
    for (const { name: feature, actual, expected } of features) {
      if (actual === null || expected === null || actual === expected) continue;
      const direction = actual > expected ? 'above' : 'below';
      const side = `${feature} ${direction}`;
      const absolute = Math.max(known.get(side)?.absolute ?? 0, roundUp(Math.abs(actual - expected)));
      known.set(side, { feature, direction, absolute });
    }
  }
  return [...found].map(([entity, features]) => [JSON.parse(entity), [...features.values()]]);
}

/** To two figures, so that it reads as a limit. */
function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / step) * step).toPrecision(12));
}
