import { sep } from 'node:path';
import {
  type AnyRule,
  type CorrelationRule,
  isCorrelationRule,
  planCorrelations,
  recommendedSelection,
  rulesByName,
  type SelectedRules,
  type SigmaRule,
  selectRules,
} from '@tidewatch/sigma';
import type { Notice, RuleSources } from './protocol.ts';

/** A path with more rules than this is taken for somebody else's whole set. */
const ownSetLimit = 500;

export interface Selected {
  /** Why a rule is left out; undefined for one that is taken. */
  readonly reason: (rule: AnyRule) => string | undefined;
  /** What the operator should know of it. */
  readonly notices: readonly Notice[];
}

/**
 * Takes the rules that `select` asks for, with what taken correlations build on. A correlation has the log sources of
 * the rules it builds on, at any depth. A rule that feeds nothing but correlations which are left out is left out, too:
 * alone it would make alerts that nobody meant.
 */
export function selectFrom(
  sources: RuleSources,
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationRule[],
): Selected {
  const { select = 'all' } = sources;
  // Where governance is enforced, use-cases choose.
  if (select === 'all' || (select === 'auto' && sources.only !== undefined))
    return { reason: () => undefined, notices: [] };
  const all: readonly AnyRule[] = [...rules, ...correlations];
  const selection = typeof select === 'string' ? recommendedSelection : select;
  const foundations = foundationsIn(all);
  const picked = selectRules(
    all.flatMap((rule): readonly Face[] => (isCorrelationRule(rule) ? facesOf(rule, foundations) : [rule])),
    selection,
  );
  const wanted = new Set(picked.rules.map(({ id }) => id));
  const large = select === 'auto' ? largePaths(sources, all) : [];
  const isOwn = (rule: AnyRule): boolean =>
    select === 'auto' ? !isBelow(rule, large) : isBelow(rule, sources.always ?? []);
  const excluded = new Set(selection.exclude);
  const taken = all.filter((rule) => wanted.has(rule.id) || (isOwn(rule) && !excluded.has(rule.id)));
  const { silent } = planCorrelations(rules, correlations);
  const fed = foundations(taken.filter(isCorrelationRule));
  const ids = new Set([...taken.filter(({ id }) => !silent.has(id)), ...fed].map(({ id }) => id));
  const asked = new Set(taken.map(({ id }) => id));
  return {
    reason: ({ id }) => (ids.has(id) ? undefined : asked.has(id) ? unfed : reasons[choiceOf(select)]),
    notices: [
      ...large.map((path) => largeNotice(path, all, ids)),
      ...(typeof select === 'string' ? [] : picked.unused.map(unusedNotice)),
    ],
  };
}

type Foundations = (some: readonly AnyRule[]) => ReadonlySet<AnyRule>;

/** Finds, for some rules, them and all that they build on. */
export function foundationsIn(all: readonly AnyRule[]): Foundations {
  const named = rulesByName(all);
  return (some) => {
    const found = new Set(some);
    // What is added is visited, too.
    for (const rule of found)
      if (isCorrelationRule(rule))
        for (const name of rule.rules) for (const base of named.get(name) ?? []) found.add(base);
    return found;
  };
}

type Face = AnyRule & Pick<SigmaRule, 'logsource'>;

const facesOf = (rule: CorrelationRule, foundations: Foundations): readonly Face[] =>
  [...foundations([rule])].flatMap((base) =>
    isCorrelationRule(base) ? [] : [{ ...rule, logsource: base.logsource }],
  );

const isBelow = ({ file }: AnyRule, paths: readonly string[]): boolean =>
  paths.some((path) => file === path || file.startsWith(`${path}${sep}`));

const largePaths = ({ paths, always = [] }: RuleSources, all: readonly AnyRule[]): readonly string[] =>
  paths.filter(
    (path) => !always.includes(path) && all.filter((rule) => isBelow(rule, [path])).length > ownSetLimit,
  );

function largeNotice(path: string, all: readonly AnyRule[], ids: ReadonlySet<string>): Notice {
  const found = all.filter((rule) => isBelow(rule, [path]));
  const taken = found.filter(({ id }) => ids.has(id)).length;
  return {
    level: 'info',
    text: `${path} holds ${found.length} rules. The ${taken} that are recommended run (high and critical; stable or test); \`rules.select\` in the configuration chooses others, or all.`,
  };
}

const unusedNotice = ({ part, value }: SelectedRules<AnyRule>['unused'][number]): Notice => ({
  level: 'warn',
  text: `No rule fits "${value}" of \`rules.select.${part}\`; check how it is written.`,
});

const choiceOf = (select: Exclude<NonNullable<RuleSources['select']>, 'all'>): keyof typeof reasons =>
  typeof select === 'string' ? select : 'chosen';

const reasons = {
  auto: 'It is not among those recommended of a set of more than 500 rules; `rules.select: all` in the configuration takes it, too.',
  recommended: '`rules.select: recommended` in the configuration leaves it out.',
  chosen: '`rules.select` in the configuration leaves it out.',
} as const;
const unfed =
  'It makes no alerts of its own, and `rules.select` leaves out the correlations that build on it.';
