import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from '@tidewatch/event';

/** What was, and what is. */
export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

/** Values of one place that came and went; both are empty where only their order or grouping is another. */
export interface ValuesChange {
  /** An item as the rule writes it, such as `Image|endswith`; `keywords`; or an attribute, such as `correlation.timespan`. */
  readonly name: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** A change of what a rule finds, or of how its findings are gathered. */
export interface LogicChange {
  /** Selections of the detection, or of a filter, by name. */
  readonly selections: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly name: string; readonly items: readonly ValuesChange[] }[];
  };
  readonly condition: Change<string> | null;
  /** Other attributes: of `logsource`, `correlation`, `filter`, `tidewatch`; `name` and `expires`. */
  readonly attributes: readonly ValuesChange[];
}

/** Attributes, besides `detection`, that a rule's findings depend on. */
export const logicAttributes: ReadonlySet<string> = new Set([
  'name',
  'logsource',
  'correlation',
  'filter',
  'expires',
  'tidewatch',
]);

type Members = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export function changedKeys(from: Members, to: Members): string[] {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].filter((key) => !isDeepStrictEqual(from[key], to[key]));
}

export function change<T>(from: T, to: T): Change<T> | null {
  return from === to ? null : { from, to };
}

/** @returns null where a document finds what it found before */
export function logicChange(from: JsonObject, to: JsonObject): LogicChange | null {
  const [was, is] = [detectionOf(from), detectionOf(to)];
  const names = changedKeys(was, is).filter((name) => name !== 'condition');
  const condition = change(conditionText(was.condition), conditionText(is.condition));
  const attributes = attributeChanges(from, to);
  if (names.length === 0 && condition === null && attributes.length === 0) return null;
  return {
    selections: {
      added: names.filter((name) => !Object.hasOwn(was, name)),
      removed: names.filter((name) => !Object.hasOwn(is, name)),
      changed: names
        .filter((name) => Object.hasOwn(was, name) && Object.hasOwn(is, name))
        .map((name) => ({ name, items: itemChanges(was[name], is[name]) })),
    },
    condition,
    attributes,
  };
}

/** A filter's selections and condition stand beside the rules that it is for. */
function detectionOf({ detection, filter }: JsonObject): JsonObject {
  if (!isObject(filter)) return objectOf(detection);
  const { rules: _, ...section } = filter;
  return section;
}

const conditionText = (condition: unknown): string =>
  [condition].flat().join(' or ').trim().replace(/\s+/g, ' ');

function attributeChanges(from: JsonObject, to: JsonObject): ValuesChange[] {
  return changedKeys(from, to)
    .filter((name) => logicAttributes.has(name))
    .flatMap((name) => {
      const [was, is] = [partsOf(name, from[name]), partsOf(name, to[name])];
      return changedKeys(was, is).map((part) => valuesChange(part, textsOf(was[part]), textsOf(is[part])));
    });
}

/** The parts of an attribute that is a map, by their whole names; of a filter what is no selection. */
function partsOf(name: string, value: unknown): Members {
  if (value === undefined) return {};
  if (!isObject(value)) return { [name]: value };
  const parts = name === 'filter' ? { rules: value.rules } : value;
  return Object.fromEntries(Object.entries(parts).map(([part, each]) => [`${name}.${part}`, each]));
}

function itemChanges(from: unknown, to: unknown): ValuesChange[] {
  const [was, is] = [itemsOf(from), itemsOf(to)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => valuesChange(name, was.get(name) ?? [], is.get(name) ?? []))
    .filter(({ added, removed }) => added.length + removed.length > 0);
}

/** What a selection asks for, item by item, wherever in its lists and maps an item stands. */
function itemsOf(selection: unknown): ReadonlyMap<string, readonly string[]> {
  const items = new Map<string, string[]>();
  const note = (name: string, values: readonly string[]): void => {
    items.set(name, [...(items.get(name) ?? []), ...values]);
  };
  for (const part of [selection].flat())
    if (isObject(part)) for (const [name, value] of Object.entries(part)) note(name, textsOf(value));
    else note('keywords', textsOf(part));
  return items;
}

export function valuesChange(name: string, from: readonly string[], to: readonly string[]): ValuesChange {
  return {
    name,
    added: to.filter((value) => !from.includes(value)),
    removed: from.filter((value) => !to.includes(value)),
  };
}

/** Values as a rule writes them; of an attribute that is not there, none. */
export function textsOf(value: unknown): string[] {
  if (value === undefined) return [];
  return [value].flat().map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
}
