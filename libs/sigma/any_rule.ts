import type { CorrelationRule } from './correlation/rule.ts';
import type { RuleHeader, SigmaRule } from './rule.ts';

/** What finds something: a rule on single events, or a correlation. */
export type AnyRule = SigmaRule | CorrelationRule;

export const isCorrelationRule = (rule: RuleHeader): rule is CorrelationRule => 'timespanMs' in rule;

/** What correlations and filters may call a rule: its id and its name. */
export const namesOf = ({ id, name }: Pick<RuleHeader, 'id' | 'name'>): string[] =>
  name === null ? [id] : [id, name];

/** Several rules may have one name. */
export type RulesByName = ReadonlyMap<string, readonly AnyRule[]>;

export function rulesByName(rules: readonly AnyRule[]): RulesByName {
  const named = new Map<string, AnyRule[]>();
  for (const rule of rules)
    for (const name of new Set(namesOf(rule))) named.set(name, [...(named.get(name) ?? []), rule]);
  return named;
}
