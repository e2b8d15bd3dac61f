import type { ExceptionOutcome } from '@tidewatch/api';
import type { LoadedRules, RuleInfo } from '@tidewatch/detector';
import { type LogSource, type Placeholders, parseRuleFile, type SigmaRule } from '@tidewatch/sigma';

type Redirected = Extract<ExceptionOutcome, { ok: true }>['redirected'];
type Refused = Extract<ExceptionOutcome, { ok: false }>;

export interface Targets {
  readonly ok: true;
  /** The rules on single events that the exception is added to. */
  readonly rules: readonly RuleInfo[];
  readonly redirected: Redirected;
}

const refuse = (why: string): Refused => ({ ok: false, why });

/**
 * The rules that are meant by ids: for a correlation those it builds on, but for the ones that make alerts of their own,
 * which nobody asked to silence.
 */
export function targetsOf(asked: readonly string[], { rules, plans }: LoadedRules): Targets | Refused {
  const loaded = new Map(rules.filter(({ state }) => state === 'loaded').map((rule) => [rule.id, rule]));
  const targets = new Map<string, RuleInfo>();
  const redirected: Redirected[number][] = [];
  for (const id of new Set(asked)) {
    const rule = loaded.get(id);
    if (rule === undefined) return refuse(`There is no rule ${id} in force.`);
    const feeds = feedsOf(id, plans);
    if (feeds === undefined) {
      targets.set(id, rule);
      continue;
    }
    const below = feeds.flatMap((feed) => loaded.get(feed) ?? []);
    const silent = below.filter((each) => each.silent === true);
    if (silent.length === 0)
      return refuse(
        `All rules that “${rule.title}” builds on make alerts of their own. Name those that you mean: ${below.map(({ id: each, title }) => `${each} (${title})`).join(', ')}.`,
      );
    for (const each of silent) targets.set(each.id, each);
    redirected.push({ correlation: ref(rule), rules: silent.map(ref) });
  }
  return { ok: true, rules: [...targets.values()], redirected };
}

const ref = ({ id, title }: RuleInfo) => ({ id, title });

/** Ids of the rules on single events below a correlation; undefined where the id is of none. */
function feedsOf(id: string, plans: LoadedRules['plans']): readonly string[] | undefined {
  const plan = plans.find(({ nodes }) => nodes.some((node) => node.id === id));
  if (plan === undefined) return undefined;
  const isBelow = (place: number): boolean => {
    const node = plan.nodes[place];
    if (node === undefined) return false;
    return node.id === id || (node.parent !== null && isBelow(node.parent.node));
  };
  return [...new Set(plan.feeds.filter(({ node }) => isBelow(node)).map(({ rule }) => rule))];
}

const parts = ['product', 'category', 'service'] as const;

/** The rules as they are written, since a filter is added to them before pipelines change them. */
export const asWritten = (rules: readonly RuleInfo[], placeholders: Placeholders): readonly SigmaRule[] =>
  rules.flatMap(({ id, file, source }) =>
    parseRuleFile(source, file, placeholders).rules.filter((rule) => rule.id === id),
  );

/** What the log sources of all rules state alike; undefined where that is nothing. */
export function commonLogSource(rules: readonly SigmaRule[]): LogSource | undefined {
  const [first, ...others] = rules.map(({ logsource }) => logsource);
  const common = Object.fromEntries(
    parts.flatMap((part) => {
      const name = first?.[part];
      return name !== undefined && others.every((other) => other[part] === name) ? [[part, name]] : [];
    }),
  );
  return Object.keys(common).length === 0 ? undefined : common;
}
