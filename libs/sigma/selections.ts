import type { Detection, Item, Origin, Selection } from './rule.ts';

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
