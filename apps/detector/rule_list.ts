import type { CostWatch, RuleCost } from './cost_watch.ts';
import type { LoadedRules, RuleInfo } from './protocol.ts';
import type { Quarantine, Quarantined } from './quarantine.ts';

/** A rule with what it found and cost since the process started. */
export interface RuleStatus extends RuleInfo {
  readonly matches: number;
  /** Event time of the newest match, epoch milliseconds. */
  readonly lastMatch: number | null;
  /** Of rules on single events that are loaded. */
  readonly cost?: RuleCost;
  /** The rule is loaded, but not run until it changes or is released. */
  readonly quarantine?: Quarantined;
  /** Of a correlation: what it builds on that is in quarantine. */
  readonly hampered?: string;
}

/** What became of every rule. @param found matches by the rule's id */
export function listRules(
  loaded: LoadedRules,
  watch: CostWatch,
  quarantine: Quarantine,
  found: ReadonlyMap<string, Pick<RuleStatus, 'matches' | 'lastMatch'>>,
): RuleStatus[] {
  const hampered = hamperedCorrelations(loaded, quarantine);
  return loaded.rules.map((rule) => {
    const { matches = 0, lastMatch = null } = found.get(rule.id) ?? {};
    if (rule.state !== 'loaded') return { ...rule, matches, lastMatch };
    const held = quarantine.get(rule.id);
    const cost = watch.cost(rule.id);
    const missing = hampered.get(rule.id);
    return {
      ...rule,
      ...(held === undefined ? {} : { quarantine: held }),
      ...(missing === undefined ? {} : { hampered: missing }),
      ...(cost === undefined ? {} : { cost }),
      matches,
      lastMatch,
    };
  });
}

/** By id: correlations that build on rules in quarantine, and what is to be said of them. */
function hamperedCorrelations({ plans }: LoadedRules, quarantine: Quarantine): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  if (quarantine.list().length === 0) return reasons;
  for (const { nodes, feeds } of plans)
    for (const { rule, node } of feeds) {
      const held = quarantine.get(rule);
      if (held === undefined) continue;
      // Upwards from the one it feeds to the one that makes the alert.
      for (
        let at = nodes[node];
        at !== undefined;
        at = at.parent === null ? undefined : nodes[at.parent.node]
      )
        reasons.set(at.id, `It builds on “${held.title}”, which is in quarantine and finds nothing.`);
    }
  return reasons;
}
