import { type AnyRule, isCorrelationRule } from '../any_rule.ts';
import type { Item, LogSource, Selection } from '../rule.ts';
import type { Scalar } from './options.ts';

/** What the transformations of one rule leave for each other. */
export interface Run {
  /** Values of placeholders, from all pipelines. */
  readonly vars: ReadonlyMap<string, readonly string[]>;
  readonly state: Map<string, Scalar>;
  /** Custom attributes that pipelines set. */
  readonly attributes: Map<string, unknown>;
  /** Ids of the transformations that were applied to the rule, to an item, to the item that gave a field its name. */
  readonly applied: Set<string>;
  readonly items: WeakMap<Item, ReadonlySet<string>>;
  readonly fields: Map<string, ReadonlySet<string>>;
  /** Of a correlation, the log sources of the rules it builds on. */
  readonly sources: readonly LogSource[];
}

export const createRun = (vars: Run['vars'], sources: Run['sources']): Run => ({
  vars,
  state: new Map(),
  attributes: new Map(),
  applied: new Set(),
  items: new WeakMap(),
  fields: new Map(),
  sources,
});

/** Spaces in field names do not count (specification, Field Usage). */
export const plainName = (field: string): string => field.replaceAll(' ', '');

/** Every item of a rule; a correlation has none. */
export function itemsOf(rule: AnyRule): readonly Item[] {
  const items: Item[] = [];
  if (isCorrelationRule(rule)) return items;
  const visit = (selection: Selection): void => {
    if (selection.kind === 'item') items.push(selection);
    else for (const each of selection.of) visit(each);
  };
  for (const selection of rule.detection.selections.values()) visit(selection);
  return items;
}
