import type { ExplainedItem, SigmaExplanation } from '@tidewatch/event';
import type { CompiledNode, CompiledValue } from './compile.ts';
import type { DocumentPath } from './errors.ts';
import type { Cell } from './event/cell.ts';
import type { EventReader } from './event/event_reader.ts';
import type { Span } from './glob.ts';
import type { ItemValue, Origin, SigmaRule } from './rule.ts';
import { lineFinder } from './yaml.ts';

/** An event's value is shown up to this many UTF-16 units. */
const valueLimit = 4_096;
/** Of a longer value, this much is shown before what matched. */
const lead = 256;
/** So many items are shown at most: a keyword may stand in very many places. */
const itemLimit = 200;

export type CompiledItem = Extract<CompiledNode, { kind: 'item' }>;

/** Finding a line parses the file, so the finder is kept as long as the rule. */
const finders = new WeakMap<Origin, (path: DocumentPath) => number | null>();

/** The 1-based line of a path in a document. */
export function lineOf(origin: Origin, path: DocumentPath): number | null {
  let finder = finders.get(origin);
  if (finder === undefined) {
    finder = lineFinder(origin.source, origin.document);
    finders.set(origin, finder);
  }
  return finder(path);
}

/** Where a value is written. */
export const placeOf = (
  rule: SigmaRule,
  { origin, path }: ItemValue,
): Pick<ExplainedItem, 'line' | 'file'> => ({
  line: lineOf(origin ?? rule, path),
  ...(origin === undefined ? {} : { file: origin.file }),
});

/**
 * Says why a rule matches the event that the reader holds. All conditions that hold are listed, also those of
 * further branches of an `or`: without every one of these values the rule would not have matched.
 */
export function explain(rule: SigmaRule, root: CompiledNode, reader: EventReader): SigmaExplanation {
  const items: ExplainedItem[] = [];
  const absent = new Set<string>();
  const seen = new Set<string>();

  function visit(node: CompiledNode, selection: string): void {
    if (!node.test()) return;
    switch (node.kind) {
      case 'item':
        items.push(...explainItem(rule, node, selection, reader));
        return;
      case 'selection':
        if (!seen.has(node.name)) visit(node.of, node.name);
        seen.add(node.name);
        return;
      case 'not':
        visitNegated(node.of);
        return;
      default:
        for (const each of node.of) visit(each, selection);
    }
  }

  /** Below a `not`: what does not hold is why, and a second `not` turns back. */
  function visitNegated(node: CompiledNode): void {
    if (node.test()) return;
    if (node.kind === 'selection') absent.add(node.name);
    else if (node.kind === 'not') visit(node.of, '');
    else if (node.kind !== 'item') for (const each of node.of) visitNegated(each);
  }

  visit(root, '');
  return {
    engine: 'sigma',
    condition: rule.detection.conditionText,
    items: items.slice(0, itemLimit),
    absent: [...absent],
  };
}

function explainItem(
  rule: SigmaRule,
  node: CompiledItem,
  selection: string,
  reader: EventReader,
): ExplainedItem[] {
  const { item, field } = node;
  const cells = field === null ? reader.leaves() : cellsOf(reader, field);
  const about = (value: ItemValue) => ({
    selection,
    field: item.field,
    modifiers: item.modifiers,
    pattern: value.raw,
    ...placeOf(rule, value),
  });
  return item.values.flatMap((value, i) => {
    const compiled = node.values[i] as CompiledValue;
    if (item.negated) return cells.slice(0, 1).map((cell) => ({ ...about(value), ...shown(cell, []) }));
    if (compiled.kind === 'field') {
      if (!compiled.test()) return [];
      const [cell] = value.pattern.kind === 'exists' ? cells : [];
      return [{ ...about(value), ...(cell === undefined ? nothing : shown(cell, [])) }];
    }
    const found: ExplainedItem[] = [];
    for (const cell of cells) {
      const spans = compiled.matcher.find(cell);
      if (spans !== null) found.push({ ...about(value), ...shown(cell, spans) });
    }
    return found;
  });
}

export function cellsOf(reader: EventReader, field: number): Cell[] {
  return Array.from({ length: reader.count(field) }, (_, i) => reader.cell(field, i));
}

/** A value of the event as it is shown: bounded, with what matched in it. */
export type Shown = Pick<ExplainedItem, 'path' | 'value' | 'spans'>;

const nothing: Shown = { path: null, value: null, spans: [] };

export function shown({ path, value, text }: Cell, spans: readonly Span[]): Shown {
  if (value === null) return { path, value: null, spans: [] };
  const first = spans[0]?.[0] ?? 0;
  const end = spans.at(-1)?.[1] ?? 0;
  const from = text.length <= valueLimit || end <= valueLimit ? 0 : Math.max(0, first - lead);
  return {
    path,
    value: text.slice(from, from + valueLimit),
    spans: spans
      .map(([start, stop]) => [start - from, Math.min(stop - from, valueLimit)] as const)
      .filter(([start, stop]) => start < stop),
  };
}
