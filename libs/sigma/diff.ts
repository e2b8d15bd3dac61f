import { basename } from 'node:path';
import { isObject, type JsonObject, type Level } from '@tidewatch/event';
import { type AnyRule, isCorrelationRule } from './any_rule.ts';
import {
  type Change,
  change,
  changedKeys,
  type LogicChange,
  logicAttributes,
  logicChange,
  objectOf,
  textsOf,
  type ValuesChange,
  valuesChange,
} from './diff_changes.ts';
import type { AppliedFilter, SigmaFilter } from './filter.ts';
import type { RejectedRule, SigmaRule } from './rule.ts';
import { parseYaml } from './yaml.ts';

/** A rule of any kind as a list of rules shows it. */
export interface RuleRef extends Pick<SigmaRule, 'id' | 'title' | 'level' | 'status' | 'file'> {
  readonly kind: 'rule' | 'correlation' | 'filter';
}

/** How two sets of rules differ; rules are told by their ids, so that a moved file is no difference. */
export interface RuleSetDiff {
  readonly added: readonly LoneRule[];
  readonly removed: readonly LoneRule[];
  readonly changed: readonly ChangedRule[];
  readonly unchanged: number;
  /** Rules of both sets that make no alerts of their own any more, since correlations build on them; or do so again. */
  readonly silent: { readonly added: readonly RuleRef[]; readonly removed: readonly RuleRef[] };
  /** Documents that the new set does not load, for reasons that the old one does not have; those of `removed` are there. */
  readonly rejected: readonly RejectedRule[];
}

/** The rules that a filter is added to: of a lone one all, of a changed one those that came and went. */
export interface FilterReach {
  readonly added: readonly Pick<RuleRef, 'id' | 'title'>[];
  readonly removed: readonly Pick<RuleRef, 'id' | 'title'>[];
}

/** A rule of one of the sets. */
export interface LoneRule extends RuleRef {
  /** Why the other set, which has it too, does not have it in force; null where it does not have it. */
  readonly rejected: string | null;
  /** Of a removed one: the rule that says it was merged into it, or is obsolete since. */
  readonly replacedBy: (RuleRef & { readonly how: string }) | null;
  /** Null for what is no filter. */
  readonly filters: FilterReach | null;
}

/** A rule of both sets, as it is in the new one, with what is not as it was; null and empty lists for what is. */
export interface ChangedRule extends RuleRef {
  /** Its id in the old set. */
  readonly oldId: string;
  readonly changes: {
    /** It has another id, as it says itself (`related`), or as nothing else about it shows. */
    readonly id: Change<string> | null;
    readonly logic: LogicChange | null;
    readonly level: Change<Level> | null;
    readonly status: Change<string | null> | null;
    readonly title: Change<string> | null;
    readonly tags: ValuesChange | null;
    /** Names of the attributes that only people read, such as `description`. */
    readonly text: readonly string[];
  };
  /** Null for what is no filter. */
  readonly filters: FilterReach | null;
}

/** Attributes that have a place of their own in a {@link ChangedRule}. */
const ownPlace = new Set(['id', 'title', 'level', 'status', 'tags', 'detection']);

/** A document of any kind. */
export type ComparableRule = AnyRule | SigmaFilter;

export interface ComparableSet {
  readonly rules: readonly ComparableRule[];
  /** Filters in force, with what they are added to. */
  readonly filters: readonly AppliedFilter[];
  /** Ids of the rules that make no alerts of their own. */
  readonly silent: ReadonlySet<string>;
  /** Documents that are not in force, with the reason. */
  readonly rejected: readonly RejectedRule[];
}

/**
 * Compares two sets of rules by what their documents say: comments, quotes, order and the files' names are no
 * difference. A rule without an id is told by its file's name and its title.
 */
export function diffRules(before: ComparableSet, after: ComparableSet): RuleSetDiff {
  const old = byId(before.rules);
  const now = byId(after.rules);
  const came = after.rules.filter(({ id }) => !old.has(id));
  const went = before.rules.filter(({ id }) => !now.has(id));
  const renamed = renames(went, came);
  const reach = (was: ComparableRule | undefined, is: ComparableRule | undefined): FilterReach | null =>
    [was, is].some((rule) => rule !== undefined && kindOf(rule) === 'filter')
      ? reachOf(was, before, is, after)
      : null;
  const changed = after.rules.flatMap((rule): ChangedRule[] => {
    const was = renamed.get(rule) ?? old.get(rule.id);
    const changes = was === undefined ? null : changesOf(was, rule);
    if (was === undefined || changes === null) return [];
    return [{ ...refOf(rule), oldId: was.id, changes, filters: reach(was, rule) }];
  });
  const taken = new Set(renamed.values());
  const added = came.filter((rule) => !renamed.has(rule));
  const removed = went.filter((rule) => !taken.has(rule));
  return {
    added: added.map((rule) => ({
      ...refOf(rule),
      rejected: reasonIn(before, rule),
      replacedBy: null,
      filters: reach(undefined, rule),
    })),
    removed: removed.map((rule) => ({
      ...refOf(rule),
      rejected: reasonIn(after, rule),
      replacedBy: replacementOf(rule, after),
      filters: reach(rule, undefined),
    })),
    changed,
    unchanged: after.rules.length - added.length - changed.length,
    silent: {
      added: after.rules.filter(({ id }) => old.has(id) && onlyIn(id, after, before)).map(refOf),
      removed: after.rules.filter(({ id }) => old.has(id) && onlyIn(id, before, after)).map(refOf),
    },
    rejected: newlyRejected(before, after, new Set(went.map(({ id }) => id))),
  };
}

const onlyIn = (id: string, { silent }: ComparableSet, other: ComparableSet): boolean =>
  silent.has(id) && !other.silent.has(id);

const byId = (rules: readonly ComparableRule[]): ReadonlyMap<string, ComparableRule> =>
  new Map(rules.map((rule) => [rule.id, rule]));

const kindOf = (rule: ComparableRule): RuleRef['kind'] => {
  if (isCorrelationRule(rule)) return 'correlation';
  return 'expires' in rule ? 'filter' : 'rule';
};

const refOf = (rule: ComparableRule): RuleRef => ({
  kind: kindOf(rule),
  id: rule.id,
  title: rule.title,
  level: rule.level,
  status: rule.status,
  file: rule.file,
});

const reasonIn = ({ rejected }: ComparableSet, { id }: ComparableRule): string | null =>
  rejected.find((each) => each.id === id)?.reason ?? null;

/** Rejected documents are told by their ids; those without by their title or their file's name, and the reason. */
function newlyRejected(
  before: ComparableSet,
  after: ComparableSet,
  told: ReadonlySet<string | null>,
): readonly RejectedRule[] {
  const keyOf = ({ id, title, file, reason }: RejectedRule): string =>
    id ?? `${title ?? basename(file)}\n${reason}`;
  const known = new Set(before.rejected.map(keyOf));
  return after.rejected.filter((each) => !known.has(keyOf(each)) && !told.has(each.id));
}

/** Which rule of the old set a rule of the new one was, under another id. */
function renames(
  went: readonly ComparableRule[],
  came: readonly ComparableRule[],
): ReadonlyMap<ComparableRule, ComparableRule> {
  const found = new Map<ComparableRule, ComparableRule>();
  if (went.length === 0) return found;
  const left = new Set(went);
  const pair = (is: ComparableRule, was: ComparableRule | undefined): void => {
    if (was === undefined || found.has(is) || !left.delete(was)) return;
    found.set(is, was);
  };
  const gone = byId(went);
  for (const rule of came)
    for (const { id, type } of relatedOf(rule)) if (type === 'renamed') pair(rule, gone.get(id));
  for (const keyOf of [meaningOf, identityOf]) {
    const known = new Map([...left].map((rule) => [keyOf(rule), rule]));
    for (const rule of came) pair(rule, known.get(keyOf(rule)));
  }
  return found;
}

/** Two rules of one title that find the same are one. */
function meaningOf(rule: ComparableRule): string {
  const { logsource, detection, correlation, filter } = documentOf(rule);
  return JSON.stringify([rule.title, logsource, detection, correlation, filter]);
}

/** A rule whose id is a digest of its document has another one as soon as its text changes. */
const identityOf = ({ id, title, file }: ComparableRule): string =>
  id.startsWith('sha256-') ? JSON.stringify([title, basename(file)]) : id;

/** What a rule says of others (specification, attribute `related`). */
function relatedOf(rule: ComparableRule): { readonly id: string; readonly type: string }[] {
  return [documentOf(rule).related]
    .flat()
    .flatMap((each) =>
      isObject(each) && typeof each.id === 'string' && typeof each.type === 'string'
        ? [{ id: each.id.trim(), type: each.type.trim() }]
        : [],
    );
}

const replacing: Readonly<Record<string, string>> = {
  merged: 'merged into',
  obsolete: 'replaced by',
  obsoletes: 'replaced by',
  renamed: 'renamed to',
};

function replacementOf({ id }: ComparableRule, { rules }: ComparableSet): LoneRule['replacedBy'] {
  for (const rule of rules) {
    // Parsing all of a large set takes a second; few of its rules name another.
    if (!rule.source.includes(id)) continue;
    const how = replacing[relatedOf(rule).find((each) => each.id === id)?.type ?? ''];
    if (how !== undefined) return { ...refOf(rule), how };
  }
  return null;
}

function reachOf(
  was: ComparableRule | undefined,
  before: ComparableSet,
  is: ComparableRule | undefined,
  after: ComparableSet,
): FilterReach {
  const rulesOf = (rule: ComparableRule | undefined, { filters, rules }: ComparableSet) => {
    const ids = filters.find(({ filter }) => filter.id === rule?.id)?.rules ?? [];
    const known = byId(rules);
    return ids.flatMap((id) => known.get(id) ?? []).map(({ id, title }) => ({ id, title }));
  };
  const [from, to] = [rulesOf(was, before), rulesOf(is, after)];
  const without = (rules: typeof from, others: typeof from) =>
    rules.filter(({ id }) => others.every((other) => other.id !== id));
  return { added: without(to, from), removed: without(from, to) };
}

function changesOf(was: ComparableRule, is: ComparableRule): ChangedRule['changes'] | null {
  if (was.source === is.source && was.document === is.document) return null;
  const from = documentOf(was);
  const to = documentOf(is);
  const tags = valuesChange('tags', textsOf(from.tags), textsOf(to.tags));
  const changes = {
    id: isDigest(was) && isDigest(is) ? null : change(was.id, is.id),
    logic: logicChange(from, to),
    level: change(was.level, is.level),
    status: change(was.status, is.status),
    title: change(was.title, is.title),
    tags: tags.added.length + tags.removed.length === 0 ? null : tags,
    text: changedKeys(from, to).filter((name) => !ownPlace.has(name) && !logicAttributes.has(name)),
  };
  return Object.values(changes).every((each) => each === null || (Array.isArray(each) && each.length === 0))
    ? null
    : changes;
}

const isDigest = ({ id }: ComparableRule): boolean => id.startsWith('sha256-');

/** Rules that came or went are compared with all others that did. */
const documents = new WeakMap<ComparableRule, JsonObject>();

function documentOf(rule: ComparableRule): JsonObject {
  const known = documents.get(rule);
  if (known !== undefined) return known;
  const yaml = parseYaml(rule.source);
  const document = yaml.ok ? objectOf(yaml.documents[rule.document]) : {};
  documents.set(rule, document);
  return document;
}
