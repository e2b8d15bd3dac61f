import { type AnyRule, isCorrelationRule } from '../any_rule.ts';
import type { CorrelationRule } from '../correlation/rule.ts';
import { Rejection } from '../errors.ts';
import { unresolvedIn } from '../placeholder.ts';
import { rejectedRule } from '../rejected.ts';
import type { LogSource, RejectedRule, SigmaRule } from '../rule.ts';
import type { Pipeline } from './pipeline.ts';
import { createRun, itemsOf } from './run.ts';
import { placeOf } from './values.ts';

export interface PipelineInput {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly pipelines: readonly Pipeline[];
}

export interface ProcessedRules {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  /** Rules that a pipeline refuses, or of which it leaves nothing. */
  readonly rejected: readonly RejectedRule[];
}

/** Runs rules and correlations through pipelines, as if these were one. What they set is forgotten after each rule. */
export function applyPipelines({ rules, correlations, pipelines }: PipelineInput): ProcessedRules {
  if (pipelines.length === 0) return { rules, correlations, rejected: [] };
  const ordered = pipelines.toSorted((a, b) => a.priority - b.priority);
  const steps = ordered.flatMap((pipeline) => pipeline.steps);
  const vars = new Map(ordered.flatMap((pipeline) => [...pipeline.vars]));
  const rejected: RejectedRule[] = [];
  const process = <S extends AnyRule>(rule: S, sources: readonly LogSource[]): S[] => {
    const run = createRun(vars, sources);
    try {
      const processed = steps.reduce<AnyRule>((changed, step) => step(changed, run), rule);
      refuseUnresolved(processed);
      return [processed as S];
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      rejected.push(rejectedRule(rule, error));
      return [];
    }
  };
  const sourcesOf = createSourceFinder([...rules, ...correlations]);
  return {
    rules: rules.flatMap((rule) => process(rule, [])),
    correlations: correlations.flatMap((rule) => process(rule, sourcesOf(rule))),
    rejected,
  };
}

function refuseUnresolved(rule: AnyRule): void {
  for (const { field, values } of itemsOf(rule))
    for (const value of values) {
      const name = unresolvedIn(value.pattern);
      const key = field ?? String(value.raw);
      if (name !== null) throw new Rejection('unresolved_placeholder', { name, key }, placeOf(value));
    }
}

/** The log sources of all rules that a correlation builds on, as they are written. */
function createSourceFinder(
  rules: readonly AnyRule[],
): (correlation: CorrelationRule) => readonly LogSource[] {
  const named = new Map(rules.flatMap((rule) => [rule.name ?? rule.id, rule.id].map((name) => [name, rule])));
  return (correlation) => {
    const seen = new Set<AnyRule>();
    const visit = (rule: AnyRule): readonly LogSource[] => {
      if (seen.has(rule)) return [];
      seen.add(rule);
      if (!isCorrelationRule(rule)) return [rule.logsource];
      return rule.rules.flatMap((name) => {
        const found = named.get(name);
        return found === undefined ? [] : visit(found);
      });
    };
    return visit(correlation);
  };
}
