import type { RaisedAlert } from './bench.ts';
import type { ExpectedAlert, RuleTest } from './schema.ts';

/** An alert that a test asks for, with the ids of the rules that may have raised it. */
export type AskedAlert = Pick<ExpectedAlert, 'key' | 'count'> & { readonly rules: readonly string[] };

export interface Difference {
  /** Asked for, and did not come. */
  readonly missing: readonly AskedAlert[];
  /** Came, and was not asked for. */
  readonly unexpected: readonly RaisedAlert[];
}

/**
 * What a test asks for. Of alerts that are only counted nothing but their number is.
 *
 * @param own ids of the rules that the test stands beside
 * @param idOf the id of a rule that the test names
 */
export function askedAlerts(
  alerts: RuleTest['alerts'],
  own: readonly string[],
  idOf: (rule: string) => string,
): AskedAlert[] {
  if (alerts === 'none') return [];
  if (typeof alerts === 'number') return Array.from({ length: alerts }, () => ({ rules: own }));
  return alerts.map(({ rule, ...asked }) => ({ ...asked, rules: rule === undefined ? own : [idOf(rule)] }));
}

/** Pairs what was asked for with what came; an alert counts once, for what asks most closely for it. */
export function differenceOf(asked: readonly AskedAlert[], came: readonly RaisedAlert[]): Difference {
  const left = [...came];
  const closest = [...asked].sort((a, b) => strictness(b) - strictness(a));
  const missing = closest.filter((alert) => {
    const at = left.findIndex((one) => fits(alert, one));
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  return { missing: asked.filter((alert) => missing.includes(alert)), unexpected: left };
}

const strictness = ({ key = {}, count, rules }: AskedAlert): number =>
  Object.keys(key).length + (count === undefined ? 0 : 1) + 1 / (1 + rules.length);

function fits({ rules, key = {}, count }: AskedAlert, came: RaisedAlert): boolean {
  const values = new Map(came.key.map(({ field, value }) => [field, value.toLowerCase()]));
  return (
    rules.includes(came.rule) &&
    (count === undefined || count === came.count) &&
    Object.entries(key).every(([field, value]) => values.get(field) === String(value).toLowerCase())
  );
}
