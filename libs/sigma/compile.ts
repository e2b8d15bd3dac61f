import { parseNetwork } from './cidr.ts';
import type { Cell } from './event/cell.ts';
import type { EventReader } from './event/event_reader.ts';
import { fold } from './fold.ts';
import { compileText, type Span, type TextMatcher } from './glob.ts';
import { parseNumber } from './modifiers.ts';
import type { CompareOperator, Pattern, Placement, Token } from './pattern.ts';
import { regexInputLimit } from './regex.ts';
import type { Condition, Detection, Item, Selection } from './rule.ts';
import { timePart } from './time_part.ts';

/** Whether the event that the reader holds fulfils it. */
type Test = () => boolean;

/** A test of one value of a field. */
export interface CellMatcher {
  readonly test: (cell: Cell) => boolean;
  /** What of the value's text matched; null where it does not match. */
  readonly find: (cell: Cell) => readonly Span[] | null;
}

/** A value of an item, compiled: a test of single values, or of the field as a whole. */
export type CompiledValue =
  | { readonly kind: 'cell'; readonly matcher: CellMatcher }
  | { readonly kind: 'field'; readonly test: Test };

/** A detection with a test at every node, so that an explanation can walk it. */
export type CompiledNode =
  | { readonly kind: 'and' | 'or'; readonly of: readonly CompiledNode[]; readonly test: Test }
  | { readonly kind: 'not'; readonly of: CompiledNode; readonly test: Test }
  | { readonly kind: 'selection'; readonly name: string; readonly of: CompiledNode; readonly test: Test }
  | {
      readonly kind: 'item';
      readonly item: Item;
      /** Null for a keyword. */
      readonly field: number | null;
      readonly values: readonly CompiledValue[];
      readonly test: Test;
    };

/** Compiles a detection into closures over the reader, which must know all its fields. */
export function compileDetection({ selections, condition }: Detection, reader: EventReader): CompiledNode {
  const compiled = new Map<string, CompiledNode>();
  const selectionNode = (name: string): CompiledNode => {
    let node = compiled.get(name);
    if (node === undefined) {
      const of = compileSelection(selections.get(name) as Selection, reader);
      node = { kind: 'selection', name, of, test: of.test };
      compiled.set(name, node);
    }
    return node;
  };
  const compile = (node: Condition): CompiledNode => {
    if (node.kind === 'selection') return selectionNode(node.name);
    if (node.kind === 'not') {
      const of = compile(node.of);
      return { kind: 'not', of, test: () => !of.test() };
    }
    return group(node.kind, node.of.map(compile));
  };
  return compile(condition);
}

function compileSelection(selection: Selection, reader: EventReader): CompiledNode {
  if (selection.kind === 'item') return compileItem(selection, reader);
  return group(
    selection.kind,
    selection.of.map((each) => compileSelection(each, reader)),
  );
}

function group(kind: 'and' | 'or', of: readonly CompiledNode[]): CompiledNode {
  // What a glance tells comes before what takes a search: most candidates fail at something.
  const tests = [...of].sort((a, b) => costOf(a) - costOf(b)).map(({ test }) => test);
  return { kind, of, test: kind === 'and' ? every(tests) : some(tests) };
}

/** How long a test may take, in texts compared. */
function costOf(node: CompiledNode): number {
  if (node.kind === 'item') {
    const regexes = node.item.values.filter(({ pattern }) => pattern.kind === 'regex').length;
    const values = node.values.length + regexCost * regexes;
    return node.field === null ? keywordCost * values : values;
  }
  if (node.kind === 'not' || node.kind === 'selection') return costOf(node.of);
  return node.of.reduce((sum, each) => sum + costOf(each), 0);
}

const regexCost = 20;
const keywordCost = 50;

function every(tests: readonly Test[]): Test {
  return () => {
    for (const test of tests) if (!test()) return false;
    return true;
  };
}

function some(tests: readonly Test[]): Test {
  return () => {
    for (const test of tests) if (test()) return true;
    return false;
  };
}

function compileItem(item: Item, reader: EventReader): CompiledNode {
  const field = item.field === null ? null : (reader.idOf(item.field) as number);
  const values = item.values.map(({ pattern }) => compilePattern(pattern, field, reader));
  const tests = values.map((value) =>
    value.kind === 'field' ? value.test : anyCell(value.matcher, field, reader),
  );
  const holds = item.quantifier === 'all' ? every(tests) : some(tests);
  // A field that is not there differs from nothing: `neq` is about a value.
  const test =
    item.negated && field !== null
      ? () => reader.has(field) && !holds()
      : item.negated
        ? () => !holds()
        : holds;
  return { kind: 'item', item, field, values, test };
}

/** An array fulfils a condition when one of its members does. */
function anyCell({ test }: CellMatcher, field: number | null, reader: EventReader): Test {
  if (field === null) return () => reader.leaves().some(test);
  return () => {
    for (let i = 0, n = reader.count(field); i < n; i++) if (test(reader.cell(field, i))) return true;
    return false;
  };
}

function compilePattern(pattern: Pattern, field: number | null, reader: EventReader): CompiledValue {
  switch (pattern.kind) {
    case 'text':
      return cell(textMatcher(pattern.tokens, pattern.cased));
    case 'regex':
      return cell(regexMatcher(new RegExp(pattern.source, pattern.flags)));
    case 'cidr': {
      const network = parseNetwork(pattern.network) as (address: string) => boolean;
      return cell(whole(({ isNull, text }) => !isNull && network(text)));
    }
    case 'compare':
      return cell(compareMatcher(pattern));
    case 'null':
      return wholeField(field, (id) => !reader.has(id) || someCell(reader, id, ({ isNull }) => isNull));
    case 'exists':
      return wholeField(field, (id) => reader.has(id) === pattern.present);
    case 'fieldref': {
      const other = reader.idOf(pattern.field) as number;
      const holds = comparison(pattern.placement, pattern.cased);
      return cell(
        whole((one) => !one.isNull && someCell(reader, other, (two) => !two.isNull && holds(one, two))),
      );
    }
    case 'any':
      return compileAny(pattern.patterns, field, reader);
  }
}

function compileAny(patterns: readonly Pattern[], field: number | null, reader: EventReader): CompiledValue {
  const matchers = patterns.flatMap((each) => {
    const value = compilePattern(each, field, reader);
    return value.kind === 'cell' ? [value.matcher] : [];
  });
  return cell({
    test: (one) => matchers.some(({ test }) => test(one)),
    find(one) {
      for (const matcher of matchers) {
        const spans = matcher.find(one);
        if (spans !== null) return spans;
      }
      return null;
    },
  });
}

const cell = (matcher: CellMatcher): CompiledValue => ({ kind: 'cell', matcher });

function wholeField(field: number | null, holds: (field: number) => boolean): CompiledValue {
  return { kind: 'field', test: field === null ? () => false : () => holds(field) };
}

function someCell(reader: EventReader, field: number, holds: (cell: Cell) => boolean): boolean {
  for (let i = 0, n = reader.count(field); i < n; i++) if (holds(reader.cell(field, i))) return true;
  return false;
}

/** A test that is about a value as a whole. */
const whole = (test: (cell: Cell) => boolean): CellMatcher => ({
  test,
  find: (one) => (test(one) ? [[0, one.text.length]] : null),
});

function textMatcher(tokens: readonly Token[], cased: boolean): CellMatcher {
  const { test, find }: TextMatcher = compileText(
    cased ? tokens : tokens.map((token) => (typeof token === 'string' ? fold(token) : token)),
  );
  if (cased) {
    return {
      test: (one) => !one.isNull && test(one.text),
      find: (one) => (one.isNull ? null : find(one.text)),
    };
  }
  return {
    test: (one) => !one.isNull && test(one.folded),
    find: (one) => (one.isNull ? null : find(one.folded)),
  };
}

function regexMatcher(regex: RegExp): CellMatcher {
  const capped = ({ text }: Cell): string =>
    text.length > regexInputLimit ? text.slice(0, regexInputLimit) : text;
  return {
    test: (one) => !one.isNull && regex.test(capped(one)),
    find(one) {
      const found = one.isNull ? null : regex.exec(capped(one));
      return found === null ? null : [[found.index, found.index + found[0].length]];
    },
  };
}

function compareMatcher({ operator, number, part }: Extract<Pattern, { kind: 'compare' }>): CellMatcher {
  const holds = compareWith(operator, number);
  return whole(({ value }) => {
    const found =
      part === undefined
        ? parseNumber(value)
        : typeof value === 'string' || typeof value === 'number'
          ? timePart(value, part)
          : null;
    return found !== null && holds(found);
  });
}

function compareWith(operator: CompareOperator, number: number): (found: number) => boolean {
  switch (operator) {
    case 'lt':
      return (found) => found < number;
    case 'lte':
      return (found) => found <= number;
    case 'gt':
      return (found) => found > number;
    case 'gte':
      return (found) => found >= number;
    case 'eq':
      return (found) => found === number;
  }
}

/** How the value of a field stands to the value of the field it refers to. */
function comparison(placement: Placement, cased: boolean): (one: Cell, two: Cell) => boolean {
  const of = (each: Cell): string => (cased ? each.text : each.folded);
  switch (placement) {
    case 'equals':
      return (one, two) => of(one) === of(two);
    case 'contains':
      return (one, two) => of(one).includes(of(two));
    case 'startswith':
      return (one, two) => of(one).startsWith(of(two));
    case 'endswith':
      return (one, two) => of(one).endsWith(of(two));
  }
}
