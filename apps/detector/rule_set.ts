import { dirname, relative, sep } from 'node:path';
import {
  type AnyRule,
  type CorrelationRule,
  creditOf,
  isCorrelationRule,
  type LoadedRules,
  loadRules,
  namesOf,
  type Plans,
  planCorrelations,
  type RejectedRule,
  type SigmaRule,
} from '@tidewatch/sigma';
import type { Notice, RuleInfo, RuleSources } from './protocol.ts';
import { foundationsIn, selectFrom } from './rule_selection.ts';

/** Rules that are to run, and what became of every document. */
export interface RuleSet extends Pick<Plans, 'plans' | 'silent'>, Pick<LoadedRules, 'cache'> {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly infos: readonly RuleInfo[];
  readonly notices: readonly Notice[];
  /** When the next filter expires, epoch milliseconds. */
  readonly expiry: number | null;
}

/**
 * Loads the rules. What is wrong with one keeps no other from running.
 *
 * @param before what is in force: a file that can't be read or has a fault by now keeps its rules of before
 */
export async function loadRuleSet(sources: RuleSources, before?: RuleSet): Promise<RuleSet> {
  const { paths, placeholders, pipelines = [], cache } = sources;
  const found = await loadRules({
    paths,
    placeholders,
    pipelines,
    ...(cache === undefined ? {} : { cache }),
    before,
  });
  const taken = new Set([...found.rules, ...found.correlations].map(({ id }) => id));
  const broken = found.rejected.map(({ file }) => file);
  const kept = <T extends { readonly id: string; readonly file: string }>(rules: readonly T[] = []): T[] =>
    rules.filter(
      ({ id, file }) =>
        !taken.has(id) && broken.some((each) => file === each || file.startsWith(`${each}${sep}`)),
    );
  const keptRules = kept(before?.rules);
  const keptCorrelations = kept(before?.correlations);
  const all = [...found.rules, ...keptRules];
  const allCorrelations = [...found.correlations, ...keptCorrelations];
  const { rules, correlations } = focusOn(sources.focus, all, allCorrelations);
  const refusal = gate(sources);
  const selected = selectFrom(sources, all, allCorrelations);
  const whyNot = (rule: AnyRule): string | undefined => refusal(rule) ?? selected.reason(rule);
  const mayRun = (rule: AnyRule): boolean => whyNot(rule) === undefined;
  const {
    plans,
    silent,
    rejected: unplanned,
  } = planCorrelations(rules.filter(mayRun), correlations.filter(mayRun));
  const bad = new Set(unplanned.map(({ id }) => id));
  const held = new Set([...keptRules, ...keptCorrelations].map(({ file }) => file));
  const infoOf = (rule: AnyRule): RuleInfo => {
    const info = silent.has(rule.id) ? { ...loadedInfo(rule), silent: true as const } : loadedInfo(rule);
    const reason = whyNot(rule);
    return reason === undefined ? info : { ...info, state: 'skipped', reason };
  };
  const rejectedInfo = (rule: RejectedRule): RuleInfo => {
    const info = unloadedInfo(rule, 'rejected');
    return held.has(rule.file) ? { ...info, reason: `${info.reason} ${stillInForce}` } : info;
  };
  return {
    rules: rules.filter(mayRun),
    correlations: correlations.filter(mayRun),
    plans,
    silent,
    cache: found.cache,
    notices: selected.notices,
    expiry: earliest(found.filters.map(({ filter }) => filter.expires)),
    infos: [
      ...[...rules, ...correlations].filter(({ id }) => !bad.has(id)).map(infoOf),
      ...[...found.rejected, ...unplanned].map(rejectedInfo),
      ...found.skipped.map((rule) => unloadedInfo(rule, 'skipped')),
    ],
  };
}

/** Narrows rules down to some, with what builds on them and what they build on. */
export function focusOn(
  focus: readonly string[] | undefined,
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationRule[],
): Pick<RuleSet, 'rules' | 'correlations'> {
  if (focus === undefined) return { rules, correlations };
  const wanted = new Set(focus);
  const all: readonly AnyRule[] = [...rules, ...correlations];
  const isWanted = (rule: AnyRule): boolean => namesOf(rule).some((name) => wanted.has(name));
  /** Until nothing more is wanted. */
  const spread = (step: (rule: AnyRule) => readonly string[]): void => {
    for (let size = -1; size !== wanted.size; ) {
      size = wanted.size;
      for (const rule of all) for (const name of step(rule)) wanted.add(name);
    }
  };
  // Upwards first: what is built on is wanted for those, and not for all else that builds on it.
  spread((rule) =>
    isWanted(rule) || (isCorrelationRule(rule) && rule.rules.some((name) => wanted.has(name)))
      ? namesOf(rule)
      : [],
  );
  const kept = foundationsIn(all)(all.filter(isWanted));
  return {
    rules: rules.filter((rule) => kept.has(rule)),
    correlations: correlations.filter((rule) => kept.has(rule)),
  };
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

const ungoverned = 'No approved use-case switches it on.';
const stillInForce = 'The version before stays in force.';

/** Why governance does not let a rule run; undefined where it does. */
function gate({
  only,
  withheld = [],
  paths,
}: RuleSources): (rule: Pick<SigmaRule, 'id' | 'file'>) => string | undefined {
  if (only === undefined) return () => undefined;
  const patterns = only.map((source) => new RegExp(source, 's'));
  const others = withheld.map(({ rules, why }) => ({ pattern: new RegExp(rules, 's'), why }));
  return ({ id, file }) => {
    const folder = paths.find((path) => file === path || file.startsWith(`${path}${sep}`)) ?? file;
    const path = relative(dirname(folder), file).split(sep).join('/');
    const fits = (pattern: RegExp): boolean => pattern.test(id) || pattern.test(path);
    return patterns.some(fits) ? undefined : (others.find(({ pattern }) => fits(pattern))?.why ?? ungoverned);
  };
}

const loadedInfo = (rule: AnyRule): RuleInfo => ({
  id: rule.id,
  title: rule.title,
  level: rule.level,
  ...(rule.status === null ? {} : { status: rule.status }),
  state: 'loaded',
  file: rule.file,
  logsource: isCorrelationRule(rule) ? `correlation/${rule.type}` : logsourceOf(rule),
  tags: rule.tags,
  ...creditOf(rule),
  ...(rule.outputs.length === 0 ? {} : { outputs: rule.outputs }),
  source: rule.source,
});

const logsourceOf = ({ logsource: { product, category, service } }: SigmaRule): string =>
  [product, category, service].map((part) => part ?? '*').join('/');

const unloadedInfo = (
  { id, title, file, line, column, reason }: RejectedRule,
  state: 'rejected' | 'skipped',
): RuleInfo => ({
  id: id ?? `${file}:${line ?? 0}`,
  title: title ?? file,
  level: 'medium',
  state,
  reason: line === null ? reason : `line ${line}: ${reason}`,
  ...(line === null ? {} : { line }),
  ...(column === undefined ? {} : { column }),
  file,
  logsource: '*/*/*',
  tags: [],
  source: '',
});
