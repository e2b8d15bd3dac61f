import { parseCondition } from '../condition.ts';
import { Rejection } from '../errors.ts';
import type { Condition } from '../rule.ts';
import type { RuleCondition } from './rule.ts';

/** A condition that becomes more alternatives than this when written out is refused. */
const mostAlternatives = 64;

/** Parses a temporal correlation's condition: the grammar of rules' conditions, over names of rules. */
export function parseRuleCondition(text: string, rules: readonly string[]): RuleCondition {
  const path = ['correlation', 'condition'];
  const condition = numbered(parseCondition(text, rules, path), rules);
  if (count(condition) > mostAlternatives)
    throw new Rejection('invalid_condition', { cause: 'it has too many alternatives' }, path);
  return condition;
}

function numbered(condition: Condition, rules: readonly string[]): RuleCondition {
  if (condition.kind === 'selection') return { kind: 'rule', input: rules.indexOf(condition.name) };
  if (condition.kind === 'not') return { kind: 'not', of: numbered(condition.of, rules) };
  return { kind: condition.kind, of: condition.of.map((each) => numbered(each, rules)) };
}

export function negates(condition: RuleCondition): boolean {
  if (condition.kind === 'rule') return false;
  return condition.kind === 'not' || condition.of.some(negates);
}

/** @param seen whether the rule at this place has matched */
export function holds(condition: RuleCondition, seen: (input: number) => boolean): boolean {
  switch (condition.kind) {
    case 'rule':
      return seen(condition.input);
    case 'not':
      return !holds(condition.of, seen);
    case 'and':
      return condition.of.every((each) => holds(each, seen));
    case 'or':
      return condition.of.some((each) => holds(each, seen));
  }
}

/** Rules that can make the condition true by matching: an odd number of `not` above a rule makes it false. */
export function wanted(condition: RuleCondition, negated = false): number[] {
  if (condition.kind === 'rule') return negated ? [] : [condition.input];
  if (condition.kind === 'not') return wanted(condition.of, !negated);
  return condition.of.flatMap((each) => wanted(each, negated));
}

/** How many lists {@link alternatives} gives: known before any is made. */
function count(condition: RuleCondition): number {
  if (condition.kind === 'rule' || condition.kind === 'not') return 1;
  const counts = condition.of.map(count);
  return condition.kind === 'or'
    ? counts.reduce((sum, each) => sum + each, 0)
    : counts.reduce((product, each) => product * each, 1);
}

/** A condition without `not` as lists of rules, in the order it names them: one list has to have matched whole. */
export function alternatives(condition: RuleCondition): number[][] {
  switch (condition.kind) {
    case 'rule':
      return [[condition.input]];
    case 'not':
      return [[]];
    case 'or':
      return condition.of.flatMap(alternatives);
    case 'and':
      return condition.of
        .map(alternatives)
        .reduce<number[][]>(
          (lists, more) => lists.flatMap((list) => more.map((each) => [...list, ...each])),
          [[]],
        );
  }
}
