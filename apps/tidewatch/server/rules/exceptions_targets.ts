import type { ExceptionOutcome } from '@tidewatch/api';
import type { LoadedRules, RuleInfo } from '@tidewatch/detector';
import {
  type CorrelationPlan,
  type Feed,
  type LogSource,
  type Placeholders,
  parseRuleFile,
  type SigmaRule,
  shownFields,
} from '@tidewatch/sigma';

type Redirected = Extract<ExceptionOutcome, { ok: true }>['redirected'];
type Refused = Extract<ExceptionOutcome, { ok: false }>;

export interface Targets {
  readonly ok: true;
  /** The rules on single events that the exception is added to. */
  readonly rules: readonly RuleInfo[];
  readonly redirected: Redirected;
  /** What alerts of the correlations call a field of their group, and what the rules' events do, where that differs. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
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
  const fields = new Map<string, Set<string>>();
  for (const id of new Set(asked)) {
    const rule = loaded.get(id);
    if (rule === undefined) return refuse(`There is no rule ${id} in force.`);
    const plan = planOf(id, plans);
    if (plan === undefined) {
      targets.set(id, rule);
      continue;
    }
    const feeds = feedsOf(id, plan);
    const below = [...new Set(feeds.map(({ rule }) => rule))].flatMap((feed) => loaded.get(feed) ?? []);
    const silent = below.filter((each) => each.silent === true);
    if (silent.length === 0)
      return refuse(
        `All rules that “${rule.title}” builds on make alerts of their own. Make it from those that you mean: ${below.map(({ id: each, title }) => `${each} (${title})`).join(', ')}.`,
      );
    for (const each of silent) targets.set(each.id, each);
    redirected.push({ correlation: ref(rule), rules: silent.map(ref) });
    for (const [name, field] of groupFields(id, plan, feeds, silent))
      fields.set(name, (fields.get(name) ?? new Set()).add(field));
  }
  // The rules that were asked for themselves have fields by their own names.
  if (redirected.length < new Set(asked).size) for (const [name, known] of fields) known.add(name);
  const renamed = [...fields].map(([name, known]) => [name, [...known]] as const);
  return { ok: true, rules: [...targets.values()], redirected, fields: new Map(renamed) };
}

const ref = ({ id, title }: RuleInfo) => ({ id, title });

/** The plan that a correlation is in; undefined where the id is of none. */
const planOf = (id: string, plans: LoadedRules['plans']): CorrelationPlan | undefined =>
  plans.find(({ detector }) => detector.id === id) ??
  plans.find(({ nodes }) => nodes.some((node) => node.id === id));

/** What rules on single events hand to a correlation, at any depth below it. */
function feedsOf(id: string, { nodes, feeds }: CorrelationPlan): readonly Feed[] {
  const isBelow = (place: number): boolean => {
    const node = nodes[place];
    if (node === undefined) return false;
    return node.id === id || (node.parent !== null && isBelow(node.parent.node));
  };
  return feeds.filter(({ node }) => isBelow(node));
}

/** The group of a correlation that makes alerts: each field's name there, and in the events of a rule below. */
function groupFields(
  id: string,
  { detector, nodes }: CorrelationPlan,
  feeds: readonly Feed[],
  rules: readonly RuleInfo[],
): [name: string, field: string][] {
  if (detector.id !== id) return [];
  const groupBy = nodes.at(-1)?.groupBy ?? [];
  const shown = shownFields(groupBy);
  return feeds
    .filter(({ rule }) => rules.some((each) => each.id === rule))
    .flatMap(({ node, group }) =>
      (nodes[node]?.rootGroup ?? []).flatMap((at, i): [string, string][] => {
        const field = group[at] as string;
        return [...new Set([shown[i] as string, groupBy[i] as string])].map((name) => [name, field]);
      }),
    );
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
