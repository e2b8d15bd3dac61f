import { printCondition } from './condition.ts';
import type { Condition, Detection, Item, Origin, Selection } from './rule.ts';

/**
 * Puts something else in the place of every item: another selection, or null to drop it. What is left without items is
 * dropped itself.
 */
export function mapItems(selection: Selection, change: (item: Item) => Selection | null): Selection | null {
  if (selection.kind === 'item') return change(selection);
  const of = selection.of.flatMap((each) => mapItems(each, change) ?? []);
  if (of.length === selection.of.length && of.every((each, i) => each === selection.of[i])) return selection;
  return of.length > 1 ? { kind: selection.kind, of } : (of[0] ?? null);
}

/**
 * As {@link mapItems}, for a whole detection; null where nothing is left. What the condition says of a selection that is
 * gone is left out of it, with its `not`.
 */
export function mapDetection(
  detection: Detection,
  change: (item: Item) => Selection | null,
): Detection | null {
  const { selections } = detection;
  const mapped = [...selections].flatMap(([name, selection]) => {
    const changed = mapItems(selection, change);
    return changed === null ? [] : [[name, changed] as const];
  });
  if (mapped.length === selections.size) {
    if (mapped.every(([name, selection]) => selections.get(name) === selection)) return detection;
    return { ...detection, selections: new Map(mapped) };
  }
  const left = new Map(mapped);
  const condition = without(detection.condition, left);
  return condition === null
    ? null
    : { selections: left, condition, conditionText: printCondition(condition) };
}

function without(condition: Condition, left: Detection['selections']): Condition | null {
  if (condition.kind === 'selection') return left.has(condition.name) ? condition : null;
  if (condition.kind === 'not') {
    const of = without(condition.of, left);
    return of === null ? null : { kind: 'not', of };
  }
  const of = condition.of.flatMap((each) => without(each, left) ?? []);
  return of.length > 1 ? { kind: condition.kind, of } : (of[0] ?? null);
}

/** Notes that a detection stands in another file than the rules it is added to. */
export function withOrigin(detection: Detection, origin: Origin): Detection {
  const selections = [...detection.selections].map(
    ([name, selection]) => [name, originOf(selection, origin)] as const,
  );
  return { ...detection, selections: new Map(selections) };
}

const originOf = (selection: Selection, origin: Origin): Selection =>
  mapItems(selection, (item) => ({
    ...item,
    values: item.values.map((value) => ({ ...value, origin })),
  })) as Selection;
