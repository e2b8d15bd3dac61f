import type { ExplainedItem } from '@tidewatch/event';
import type { CompiledNode, CompiledValue } from './compile.ts';
import type { EventReader } from './event/event_reader.ts';
import { type CompiledItem, cellsOf, explain, lineOf, placeOf, type Shown, shown } from './explain.ts';
import type { Span } from './glob.ts';
import type { Matcher, SourceFacts, WindowsAlternative, WindowsTable } from './logsources.ts';
import { hintsFor, type MissHint } from './miss_hints.ts';
import type { ItemValue, LogSource, SigmaRule } from './rule.ts';

/** Why a rule does not match an event: its log source, the first leaf of its condition that fails, or a filter. */
export type SigmaMiss = MissedSource | MissedCondition;
export type MissedCondition = MissedLeaf | Excluded;

/** The event states another source than the rule asks for. */
export interface MissedSource {
  readonly reason: 'logsource';
  /** The part that differs. */
  readonly part: 'product' | 'category' | 'service';
  readonly wanted: LogSource;
  /** Which events of the Windows event log the part means, in words; empty for other events. */
  readonly means: readonly string[];
  readonly stated: StatedSource;
  /** 1-based line of the part in the rule's file. */
  readonly line: number | null;
}

/** What an event says about its source, in folded case. What is not there it does not say. */
export interface StatedSource {
  readonly products?: readonly string[];
  readonly categories?: readonly string[];
  readonly services?: readonly string[];
  readonly channel?: string;
  readonly provider?: string;
  readonly eventId?: string;
  readonly eventType?: string;
}

/** An item that does not hold. Of an `or` it stands in the alternative that came closest. */
export interface MissedLeaf {
  readonly reason: 'leaf';
  readonly condition: string;
  readonly selection: string;
  /** The field as the rule writes it; null for a keyword. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  /** The values asked for: with `all` those that are missing, else every one. `pattern` is null for `null`. */
  readonly wanted: readonly Pick<ExplainedItem, 'pattern' | 'line' | 'file'>[];
  /** Whether the event has the field; true for a keyword. */
  readonly present: boolean;
  /** What the event has there; the spans are what `neq` took exception to. */
  readonly found: readonly Shown[];
  /** Values of the fields that `fieldref` compares with. */
  readonly compared: readonly Shown[];
  readonly hints: readonly MissHint[];
  /** How many alternatives the outermost `or` around the leaf has; 1 where there is none. */
  readonly alternatives: number;
  /** How many conditions hold, of how many on the way that came closest. */
  readonly held: number;
  readonly asked: number;
}

/** Something under a `not` holds. */
export interface Excluded {
  readonly reason: 'filter';
  readonly condition: string;
  /** Selections that hold. */
  readonly selections: readonly string[];
  /** The conditions of the filter that hold, with the values they hold on. */
  readonly items: readonly ExplainedItem[];
}

/** At most so many values of the event are shown. */
const shownLimit = 20;

/** Says why the log source of a rule does not fit what an event states. */
export function explainMissedSource(
  rule: SigmaRule,
  facts: SourceFacts,
  matcher: Matcher,
  table: WindowsTable,
): MissedSource {
  const { product, category, ...rest } = rule.logsource;
  const withProduct = product === undefined ? {} : { product };
  const part = !matcher.matches(withProduct, facts)
    ? 'product'
    : matcher.matches({ ...withProduct, ...rest }, facts)
      ? 'category'
      : 'service';
  return {
    reason: 'logsource',
    part,
    wanted: rule.logsource,
    means: facts.windows === undefined ? [] : meaningOf(part, rule.logsource, table),
    stated: statedBy(facts),
    line: lineOf(rule, ['logsource', part]),
  };
}

function meaningOf(
  part: MissedSource['part'],
  { category, service }: LogSource,
  { services, categories }: WindowsTable,
): readonly string[] {
  if (part === 'product') return [];
  if (part === 'service') return (services.get(service ?? '') ?? []).map((channel) => `channel ${channel}`);
  return (categories.get(category ?? '') ?? []).map(alternativeInWords);
}

const alternativeInWords = ({ service, provider, eventIds = [], eventType }: WindowsAlternative): string =>
  [
    service === undefined ? [] : [`service ${service}`],
    provider === undefined ? [] : [`provider ${provider}`],
    eventIds.length === 0 ? [] : [`event id ${eventIds.join(' or ')}`],
    eventType === undefined ? [] : [`EventType ${eventType}`],
  ]
    .flat()
    .join(', ');

function statedBy({ products, categories, services, windows }: SourceFacts): StatedSource {
  const stated = { products, categories, services };
  const lists = Object.entries(stated).flatMap(([name, set]) =>
    set === undefined ? [] : [[name, [...set]]],
  );
  const texts = Object.entries(windows ?? {}).filter(([, text]) => text !== null);
  return Object.fromEntries([...lists, ...texts]) as StatedSource;
}

/** Says why a rule, whose root does not hold, misses the event that the reader holds. */
export function explainMiss(rule: SigmaRule, root: CompiledNode, reader: EventReader): MissedCondition {
  const condition = rule.detection.conditionText;
  const failure = failing(root, '', reader);
  if ('filter' in failure) {
    const { items } = explain(rule, failure.filter, reader);
    const selections = [...new Set(items.map(({ selection }) => selection))];
    return { reason: 'filter', condition, selections, items };
  }
  return {
    reason: 'leaf',
    condition,
    selection: failure.selection,
    alternatives: failure.alternatives,
    ...explainLeaf(rule, failure.leaf, reader),
    ...progressOf(root, reader),
  };
}

type Failure =
  | { readonly leaf: CompiledItem; readonly selection: string; readonly alternatives: number }
  /** What holds, below a `not`. */
  | { readonly filter: CompiledNode };

function failing(node: CompiledNode, selection: string, reader: EventReader): Failure {
  switch (node.kind) {
    case 'item':
      return { leaf: node, selection, alternatives: 1 };
    case 'selection':
      return failing(node.of, node.name, reader);
    case 'and':
      return failing(node.of.find(({ test }) => !test()) as CompiledNode, selection, reader);
    case 'or':
      return {
        ...failing(closest(node.of, reader).node, selection, reader),
        alternatives: node.of.length,
      };
    case 'not':
      return node.of.kind === 'not' ? failing(node.of.of, selection, reader) : { filter: node.of };
  }
}

interface Progress {
  readonly held: number;
  readonly asked: number;
}

/** The alternative that holds, or else the one of which most holds and least is missing; the first of equals. */
function closest(nodes: readonly CompiledNode[], reader: EventReader): { node: CompiledNode } & Progress {
  const [first, ...others] = nodes.map((node) => ({ node, ...progressOf(node, reader) }));
  return others.reduce(
    (best, each) => {
      const gain =
        Number(each.held === each.asked) - Number(best.held === best.asked) ||
        each.held - best.held ||
        best.asked - each.asked;
      return gain > 0 ? each : best;
    },
    first as { node: CompiledNode } & Progress,
  );
}

function progressOf(node: CompiledNode, reader: EventReader): Progress {
  switch (node.kind) {
    case 'selection':
      return progressOf(node.of, reader);
    case 'or': {
      const { held, asked } = closest(node.of, reader);
      return { held, asked };
    }
    case 'and':
      return node.of
        .map((each) => progressOf(each, reader))
        .reduce((sum, each) => ({ held: sum.held + each.held, asked: sum.asked + each.asked }));
    case 'item':
      if (node.item.quantifier === 'all' && !node.item.negated) {
        const asked = node.values.length;
        return { held: asked - missingOf(node, reader).length, asked };
      }
  }
  return { held: node.test() ? 1 : 0, asked: 1 };
}

function missingOf({ item, field, values }: CompiledItem, reader: EventReader): readonly ItemValue[] {
  const cells = field === null ? reader.leaves() : cellsOf(reader, field);
  return item.values.filter((_, i) => {
    const value = values[i] as CompiledValue;
    return value.kind === 'field' ? !value.test() : !cells.some(value.matcher.test);
  });
}

function explainLeaf(rule: SigmaRule, node: CompiledItem, reader: EventReader) {
  const { item, field } = node;
  const cells = field === null ? [] : cellsOf(reader, field);
  const missing = item.negated ? [] : missingOf(node, reader);
  const wanted = item.quantifier === 'all' && !item.negated ? missing : item.values;
  const spansIn = (cell: (typeof cells)[number]): readonly Span[] =>
    node.values.flatMap((value) =>
      item.negated && value.kind === 'cell' ? (value.matcher.find(cell) ?? []) : [],
    );
  const compared = new Set(
    item.values.flatMap(({ pattern }) => (pattern.kind === 'fieldref' ? [pattern.field] : [])),
  );
  return {
    field: item.field,
    modifiers: item.modifiers,
    wanted: wanted.map((value) => ({ pattern: value.raw, ...placeOf(rule, value) })),
    present: field === null || cells.length > 0,
    found: cells.slice(0, shownLimit).map((cell) => shown(cell, spansIn(cell))),
    compared: [...compared].flatMap((name) =>
      cellsOf(reader, reader.idOf(name) as number)
        .slice(0, shownLimit)
        .map((cell) => shown(cell, [])),
    ),
    hints: hintsFor(node, missing, cells.length === 0, reader),
  };
}
