import type { Matcher, SourceFacts } from './logsources.ts';
import type { LogSource, SigmaRule } from './rule.ts';
import type { Reach, RuleIndex } from './rule_index.ts';

/** What concerns the events of one source. */
export interface Route {
  /** 1 for each rule, by number, whose log source the events may be. */
  readonly rules: Uint8Array;
  /** Of these, the rules without a witness. */
  readonly always: readonly number[];
  readonly reach: Reach;
}

/** So many sets of log sources have an index of their own; hostile events could otherwise fill the memory. */
const routeLimit = 200;

/**
 * Finds the rules for a source. Routes are made once for each set of log sources and remembered by the facts, of
 * which the reader keeps a bounded number. An index of the route's rules alone is small, and scans only for them.
 */
export function createRouter(
  rules: readonly SigmaRule[],
  index: RuleIndex,
  matcher: Matcher,
): (facts: SourceFacts) => Route {
  const groups = groupByLogSource(rules);
  const byFacts = new WeakMap<SourceFacts, Route>();
  const byGroups = new Map<string, Route>();
  let reachOfAll: Reach | undefined;
  const reachOf = (meant: readonly number[]): Reach => {
    if (byGroups.size < routeLimit) return index.reach(meant);
    reachOfAll ??= index.reach([...rules.keys()]);
    return reachOfAll;
  };
  return (facts) => {
    const known = byFacts.get(facts);
    if (known !== undefined) return known;
    const meant = groups.filter(({ logsource }) => matcher.matches(logsource, facts));
    const key = meant.map(({ number }) => number).join(',');
    let route = byGroups.get(key);
    if (route === undefined) {
      const numbers = meant.flatMap((group) => group.rules);
      const wanted = new Uint8Array(rules.length);
      for (const rule of numbers) wanted[rule] = 1;
      const reach = reachOf(numbers);
      const always = reach.always.filter((rule) => wanted[rule] === 1);
      route = { rules: wanted, always, reach };
      if (byGroups.size < routeLimit) byGroups.set(key, route);
    }
    byFacts.set(facts, route);
    return route;
  };
}

interface Group {
  readonly number: number;
  readonly logsource: LogSource;
  readonly rules: number[];
}

function groupByLogSource(rules: readonly SigmaRule[]): Group[] {
  const groups = new Map<string, Group>();
  rules.forEach(({ logsource }, rule) => {
    const { product = '', category = '', service = '' } = logsource;
    const key = `${product}\0${category}\0${service}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { number: groups.size, logsource, rules: [] };
      groups.set(key, group);
    }
    group.rules.push(rule);
  });
  return [...groups.values()];
}
