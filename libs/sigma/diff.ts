import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject, type Level } from '@tidewatch/event';
import type { RejectedRule, SigmaRule } from './rule.ts';
import { parseYaml } from './yaml.ts';

/** A rule as a list of rules shows it. */
export type RuleRef = Pick<SigmaRule, 'id' | 'title' | 'level' | 'status' | 'file'>;

/** What was, and what is. */
export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

/** How two sets of rules differ; rules are told by their ids, so that a moved file is no difference. */
export interface RuleSetDiff {
  readonly added: readonly LoneRule[];
  readonly removed: readonly LoneRule[];
  readonly changed: readonly ChangedRule[];
  readonly unchanged: number;
}

/** A rule of one of the sets. */
export interface LoneRule extends RuleRef {
  /** Why the other set, which has it too, does not load it; null where it does not have it. */
  readonly rejected: string | null;
}

/** A rule of both sets, as it is in the new one, with what is not as it was; null and empty lists for what is. */
export interface ChangedRule extends RuleRef {
  readonly changes: {
    readonly logic: LogicChange | null;
    readonly level: Change<Level> | null;
    readonly status: Change<string | null> | null;
    readonly title: Change<string> | null;
    /** Names of the attributes that only people read, such as `description`. */
    readonly text: readonly string[];
  };
}

/** A change of what a rule finds, or of how its findings are gathered. */
export interface LogicChange {
  /** Selections of the detection by name. */
  readonly selections: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
  readonly condition: Change<string> | null;
  /** Other attributes: `logsource`, `correlation`, `filter`, `tidewatch`. */
  readonly attributes: readonly string[];
}

/** Attributes, besides `detection`, that a rule's findings depend on. */
const logicAttributes = new Set(['logsource', 'correlation', 'filter', 'tidewatch']);
/** Attributes that have a place of their own in a {@link ChangedRule}. */
const ownPlace = new Set(['id', 'title', 'level', 'status', 'detection']);

/** What is compared: a rule of any kind, by its document. */
export type ComparableRule = RuleRef & Pick<SigmaRule, 'document' | 'source'>;

export interface ComparableSet {
  readonly rules: readonly ComparableRule[];
  /** Documents that are not in force, with the reason. */
  readonly rejected: readonly RejectedRule[];
}

/**
 * Compares two sets of rules by what their documents say: comments, quotes, order and the files' names are no
 * difference. A rule without an id is another rule as soon as its text changes.
 */
export function diffRules(before: ComparableSet, after: ComparableSet): RuleSetDiff {
  const old = byId(before.rules);
  const now = byId(after.rules);
  const changed = after.rules.flatMap((rule) => {
    const was = old.get(rule.id);
    const changes = was === undefined ? null : changesOf(was, rule);
    return changes === null ? [] : [{ ...refOf(rule), changes }];
  });
  const added = after.rules.filter(({ id }) => !old.has(id)).map((rule) => loneRule(rule, before));
  return {
    added,
    removed: before.rules.filter(({ id }) => !now.has(id)).map((rule) => loneRule(rule, after)),
    changed,
    unchanged: after.rules.length - added.length - changed.length,
  };
}

const byId = (rules: readonly ComparableRule[]): ReadonlyMap<string, ComparableRule> =>
  new Map(rules.map((rule) => [rule.id, rule]));

const refOf = ({ id, title, level, status, file }: ComparableRule): RuleRef => ({
  id,
  title,
  level,
  status,
  file,
});

const loneRule = (rule: ComparableRule, other: ComparableSet): LoneRule => ({
  ...refOf(rule),
  rejected: other.rejected.find(({ id }) => id === rule.id)?.reason ?? null,
});

function changesOf(was: ComparableRule, is: ComparableRule): ChangedRule['changes'] | null {
  if (was.source === is.source && was.document === is.document) return null;
  const from = documentOf(was);
  const to = documentOf(is);
  const attributes = changedKeys(from, to);
  const changes = {
    logic: logicOf(from, to, attributes),
    level: change(was.level, is.level),
    status: change(was.status, is.status),
    title: change(was.title, is.title),
    text: attributes.filter((name) => !ownPlace.has(name) && !logicAttributes.has(name)),
  };
  return Object.values(changes).every((each) => each === null || (Array.isArray(each) && each.length === 0))
    ? null
    : changes;
}

function documentOf({ source, document }: ComparableRule): JsonObject {
  const yaml = parseYaml(source);
  return yaml.ok ? objectOf(yaml.documents[document]) : {};
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

function changedKeys(from: JsonObject, to: JsonObject): string[] {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].filter((key) => !isDeepStrictEqual(from[key], to[key]));
}

function change<T>(from: T, to: T): Change<T> | null {
  return from === to ? null : { from, to };
}

function logicOf(from: JsonObject, to: JsonObject, changed: readonly string[]): LogicChange | null {
  const attributes = changed.filter((name) => logicAttributes.has(name));
  const was = objectOf(from.detection);
  const is = objectOf(to.detection);
  const names = changedKeys(was, is).filter((name) => name !== 'condition');
  const condition = change(conditionText(was.condition), conditionText(is.condition));
  if (names.length === 0 && condition === null && attributes.length === 0) return null;
  return {
    selections: {
      added: names.filter((name) => !Object.hasOwn(was, name)),
      removed: names.filter((name) => !Object.hasOwn(is, name)),
      changed: names.filter((name) => Object.hasOwn(was, name) && Object.hasOwn(is, name)),
    },
    condition,
    attributes,
  };
}

const conditionText = (condition: unknown): string =>
  [condition].flat().join(' or ').trim().replace(/\s+/g, ' ');
