import type { CompiledValue } from './compile.ts';
import type { Cell } from './event/cell.ts';
import type { EventReader } from './event/event_reader.ts';
import { type CompiledItem, type Shown, shown } from './explain.ts';
import { nearestName } from './nearest.ts';
import type { Pattern } from './pattern.ts';
import type { Item, ItemValue } from './rule.ts';

/** A field of the event that may be the one a rule means. */
export interface MissHint extends Shown {
  /** `name`: it is called nearly as the field asked for; `value`: it holds a value that would match. */
  readonly kind: 'name' | 'value';
}

const hintLimit = 3;
/** Any number is above some other, and any field is like itself: comparisons say nothing of another field. */
const telling: ReadonlySet<Pattern['kind']> = new Set(['text', 'regex', 'cidr', 'any']);
/** A match of fewer characters is found in many fields and says nothing. */
const tellingLength = 4;
/** Names shorter than this are near too many others, so that only another way of writing them counts. */
const tellingName = 5;
/** So many values of an event are read, and as many of them compared as make so many comparisons. */
const leafLimit = 5_000;
const comparisonLimit = 200_000;

/**
 * Looks for what a rule may mean by a field that the event lacks, or that holds something else.
 *
 * @param missing the values of the item that do not hold
 * @param absent whether the event lacks the field
 */
export function hintsFor(
  { item, field, values }: CompiledItem,
  missing: readonly ItemValue[],
  absent: boolean,
  reader: EventReader,
): MissHint[] {
  if (item.field === null || field === null) return [];
  const leaves = reader.values(leafLimit);
  const hints = new Map<string, MissHint>();
  const named = absent ? nearName(item.field, leaves) : undefined;
  if (named !== undefined) hints.set(named.path, { kind: 'name', ...shown(named, []) });
  const wanted = values.filter((_, i) => {
    const value = item.values[i] as ItemValue;
    return telling.has(value.pattern.kind) && missing.includes(value);
  });
  const comparable = leaves.slice(0, Math.ceil(comparisonLimit / Math.max(1, wanted.length)));
  for (const cell of comparable) {
    if (hints.size >= hintLimit) break;
    const spans = tellingSpans(wanted, item.quantifier, cell);
    if (spans !== null && !hints.has(cell.path))
      hints.set(cell.path, { kind: 'value', ...shown(cell, spans) });
  }
  return [...hints.values()];
}

function tellingSpans(
  values: readonly CompiledValue[],
  quantifier: Item['quantifier'],
  cell: Cell,
): Shown['spans'] | null {
  const found = values
    .map((value) => (value.kind === 'cell' ? value.matcher.find(cell) : null))
    .filter((spans) => spans !== null);
  const candidates = quantifier === 'any' ? found : found.length < values.length ? [] : [found.flat()];
  return candidates.find((spans) => lengthOf(spans) >= tellingLength) ?? null;
}

const lengthOf = (spans: Shown['spans']): number => spans.reduce((sum, [start, end]) => sum + end - start, 0);

/** A rule's name without dots is compared with the last part of a path, one with dots with the whole. */
function nearName(field: string, leaves: readonly Cell[]): Cell | undefined {
  const bare = (name: string): string => name.replace(/[^\p{L}\p{N}.]/gu, '').toLowerCase();
  const part = (path: string): string => (field.includes('.') ? path : path.slice(path.lastIndexOf('.') + 1));
  const name = bare(field);
  const byName = new Map(
    leaves
      .map((cell) => [bare(part(cell.path)), cell] as const)
      .filter(([each]) => Math.abs(each.length - name.length) <= 2),
  );
  const nearest = name.length < tellingName ? name : nearestName(name, [...byName.keys()]);
  return nearest === null ? undefined : byName.get(nearest);
}
