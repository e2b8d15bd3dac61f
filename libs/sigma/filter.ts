import { isObject, isoTime, type JsonObject } from '@tidewatch/event';
import { type RulesByName, rulesByName } from './any_rule.ts';
import { printCondition } from './condition.ts';
import type { CorrelationRule } from './correlation/rule.ts';
import { parseDetection } from './detection.ts';
import { type DocumentPath, Rejection } from './errors.ts';
import { isWithin } from './logsources.ts';
import { nearestName } from './nearest.ts';
import { joinedOutline, lateDetection, outlineOf } from './outline.ts';
import type { Placeholders } from './placeholder.ts';
import { rejectedRule } from './rejected.ts';
import type { Condition, Detection, LogSource, RejectedRule, RuleHeader, SigmaRule } from './rule.ts';
import { withOrigin } from './selections.ts';

/** A filter document (specification, Sigma Filters 2.1.0): conditions that are added to rules; plain data. */
export interface SigmaFilter extends RuleHeader {
  readonly logsource: LogSource;
  /** Ids or names of the rules it is added to; null for all rules of its log source (`any`). */
  readonly rules: readonly string[] | null;
  readonly detection: Detection;
  /** Epoch milliseconds from which on it is not applied; null for never. A date alone is its first moment in UTC. */
  readonly expires: number | null;
}

/** A filter in force. */
export interface AppliedFilter {
  readonly filter: SigmaFilter;
  /** Ids of the rules it is added to. */
  readonly rules: readonly string[];
}

export interface FilteredRules {
  readonly rules: readonly SigmaRule[];
  readonly filters: readonly AppliedFilter[];
  /** Rules that filters name and cannot be added to; to the others that they name they are. */
  readonly rejected: readonly RejectedRule[];
  /** Filters whose time is over. */
  readonly skipped: readonly RejectedRule[];
  /** What is allowed and likely a mistake. */
  readonly warnings: readonly RejectedRule[];
}

export const isFilter = (document: unknown): document is JsonObject & { readonly filter: unknown } =>
  isObject(document) && 'filter' in document;

/** Reads a filter document; throws a {@link Rejection} at the first thing that is not right. */
export function parseFilter(
  document: JsonObject & { readonly filter: unknown },
  header: RuleHeader & { readonly logsource: LogSource },
  placeholders: Placeholders,
): SigmaFilter {
  if (!isObject(document.filter)) throw new Rejection('missing_attribute', { name: 'filter' }, ['filter']);
  const { rules, ...section } = document.filter;
  const { file, source, document: place } = header;
  return {
    ...header,
    rules: parseRules(rules),
    detection: withOrigin(parseDetection(section, placeholders, ['filter']), {
      file,
      source,
      document: place,
    }),
    expires: parseExpiry(document.expires),
  };
}

function parseRules(value: unknown): string[] | null {
  const path = ['filter', 'rules'];
  if (value === undefined || value === null)
    throw new Rejection('missing_attribute', { name: 'filter.rules' }, path);
  if (typeof value === 'string' && /^(?:any|all)$/i.test(value.trim())) return null;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const names = list.map((each) => (typeof each === 'number' ? String(each) : each));
  if (names.length === 0 || names.some((each) => typeof each !== 'string' || each.trim() === '')) {
    const cause = 'a list of ids or names of rules is needed, or `any`';
    throw new Rejection('invalid_attribute', { name: 'filter.rules', cause }, path);
  }
  return [...new Set((names as string[]).map((each) => each.trim()))];
}

function parseExpiry(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const time = typeof value === 'string' ? isoTime(value.trim()) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const cause = 'a date or time such as 2026-12-31 or 2026-12-31T18:00:00Z is needed';
  throw new Rejection('invalid_attribute', { name: 'expires', cause }, ['expires']);
}

export interface FilterInput {
  readonly rules: readonly SigmaRule[];
  /** Filters are not added to correlations: only so that this can be said of one that a filter names. */
  readonly correlations?: readonly CorrelationRule[];
  readonly filters: readonly SigmaFilter[];
  /** Epoch milliseconds: filters that have expired by then are skipped. */
  readonly now: number;
}

/**
 * Adds filters to the rules that they name: rule and filter both have to hold, as in pySigma; so a filter that is to
 * take something away says `not`. A filter is for rules whose log source states all that its own does.
 */
export function applyFilters({ rules, correlations = [], filters, now }: FilterInput): FilteredRules {
  const filtered = new Map(rules.map((rule) => [rule.id, rule]));
  const named = rulesByName([...rules, ...correlations]);
  const applied: AppliedFilter[] = [];
  const rejected: RejectedRule[] = [];
  const skipped: RejectedRule[] = [];
  const warnings: RejectedRule[] = [];
  for (const filter of filters) {
    const report = (list: RejectedRule[], error: Rejection): void => {
      list.push(rejectedRule(filter, error));
    };
    if (filter.expires !== null && filter.expires <= now) {
      const time = new Date(filter.expires).toISOString();
      report(skipped, new Rejection('filter_expired', { time }, ['expires']));
      continue;
    }
    if (!negates(filter.detection.condition))
      report(warnings, new Rejection('filter_without_not', {}, ['filter', 'condition']));
    const targets =
      filter.rules === null
        ? rules.filter(({ logsource }) => isWithin(logsource, filter.logsource))
        : filter.rules.flatMap((name, place) => {
            const found = resolve(filter, name, place, named);
            if (!(found instanceof Rejection)) return found;
            report(rejected, found);
            return [];
          });
    if (filter.rules === null && targets.length === 0)
      report(warnings, new Rejection('filter_unused', { logsource: text(filter.logsource) }, ['logsource']));
    const ids = new Set(targets.map(({ id }) => id));
    for (const id of ids) filtered.set(id, withFilter(filtered.get(id) as SigmaRule, filter));
    applied.push({ filter, rules: [...ids] });
  }
  return { rules: [...filtered.values()], filters: applied, rejected, skipped, warnings };
}

/** The rules that a filter means by a name, or why it is not added to one of them. */
function resolve(
  filter: SigmaFilter,
  name: string,
  place: number,
  named: RulesByName,
): SigmaRule[] | Rejection {
  const path: DocumentPath = ['filter', 'rules', place];
  const found = named.get(name) ?? [];
  const rules = found.filter((rule) => 'logsource' in rule);
  if (rules.length === 0) {
    if (found.length > 0) return new Rejection('filter_correlation', { name }, path);
    const nearest = nearestName(name, [...named.keys()]);
    return new Rejection(
      'filter_unknown_rule',
      { name, hint: nearest === null ? '' : `; did you mean \`${nearest}\`` },
      path,
    );
  }
  const other = rules.find(({ logsource }) => !isWithin(logsource, filter.logsource));
  if (other === undefined) return rules;
  const details = { wanted: text(filter.logsource), title: other.title, stated: text(other.logsource) };
  return new Rejection('filter_logsource', details, path);
}

const text = ({ product = '*', category = '*', service = '*' }: LogSource): string =>
  `${product}/${category}/${service}`;

function negates(condition: Condition): boolean {
  if (condition.kind === 'selection') return false;
  return condition.kind === 'not' || condition.of.some(negates);
}

const withFilter = (rule: SigmaRule, filter: SigmaFilter): SigmaRule => ({
  ...rule,
  detection: lateDetection(joinedOutline(outlineOf(rule.detection), outlineOf(filter.detection)), () =>
    both(rule.detection, filter),
  ),
});

function both({ selections, condition, conditionText }: Detection, filter: SigmaFilter): Detection {
  const prefix = freePrefix(filter.title, [...selections.keys()]);
  const added = renamed(filter.detection.condition, prefix);
  return {
    selections: new Map([
      ...selections,
      ...[...filter.detection.selections].map(
        ([name, selection]) => [`${prefix}${name}`, selection] as const,
      ),
    ]),
    condition: { kind: 'and', of: [condition, added] },
    conditionText: `(${conditionText}) and (${printCondition(added)})`,
  };
}

/** Says the filter's title, for explanations; `_` keeps its selections out of `1 of them`. */
function freePrefix(title: string, taken: readonly string[]): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['filter'];
  for (let number = 1; ; number++) {
    const prefix = `_${words.join('_').slice(0, 64)}${number === 1 ? '' : `_${number}`}.`;
    if (!taken.some((name) => name.startsWith(prefix))) return prefix;
  }
}

function renamed(condition: Condition, prefix: string): Condition {
  if (condition.kind === 'selection') return { kind: 'selection', name: `${prefix}${condition.name}` };
  if (condition.kind === 'not') return { kind: 'not', of: renamed(condition.of, prefix) };
  return { kind: condition.kind, of: condition.of.map((each) => renamed(each, prefix)) };
}
