import type { Json } from '@tidewatch/event';
import { and, type KqlNode, not } from './ast.ts';
import { parseKql } from './parse.ts';
import { printKql } from './print.ts';

/**
 * A value menu's choice as a new query: `in` keeps what has the value, `out` what has not, `only` drops every other
 * condition on the field. `null` stands for the field being absent. A query that does not parse keeps its text, with
 * the condition at its end.
 */
export function addFilter(query: string, field: string, value: Json, mode: 'in' | 'out' | 'only'): string {
  const clause = clauseFor(field, value);
  const wanted = mode === 'out' ? negate(clause) : clause;
  const parsed = parseKql(query);
  if (!parsed.ok) return `${query} and ${printKql(wanted)}`;
  const same = (node: KqlNode): boolean => {
    const text = printKql(node);
    return text === printKql(clause) || text === printKql(negate(clause));
  };
  const kept = conditions(parsed.ast).filter((node) =>
    mode === 'only' ? fieldOf(node) !== field : !same(node),
  );
  return printKql(and([...kept, wanted]));
}

/** Takes away the conditions on a value (in or out), or all on the field where no value is given. */
export function removeFilter(query: string, field: string, value?: Json): string {
  const parsed = parseKql(query);
  if (!parsed.ok) return query;
  const clause = value === undefined ? undefined : clauseFor(field, value);
  const goes = (node: KqlNode): boolean => {
    if (clause === undefined) return fieldOf(node) === field;
    const text = printKql(node);
    return text === printKql(clause) || text === printKql(negate(clause));
  };
  const kept = conditions(parsed.ast).filter((node) => !goes(node));
  return kept.length === 0 ? '' : printKql(and(kept));
}

function clauseFor(field: string, value: Json): KqlNode {
  if (value === null) return not({ kind: 'exists', field });
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { kind: 'is', field, value: { type: 'literal', text } };
}

const negate = (node: KqlNode): KqlNode => (node.kind === 'not' ? node.child : not(node));

/** What a query demands at its top: all of these. */
function conditions(node: KqlNode): readonly KqlNode[] {
  if (node.kind === 'all') return [];
  return node.kind === 'and' ? node.children : [node];
}

/** The one field that a condition is about, if there is one. */
function fieldOf(node: KqlNode): string | undefined {
  if (node.kind === 'not') return fieldOf(node.child);
  if ('children' in node) {
    const fields = new Set(node.children.map(fieldOf));
    return fields.size === 1 ? [...fields][0] : undefined;
  }
  if (node.kind === 'all' || node.kind === 'nested') return undefined;
  return typeof node.field === 'string' ? node.field : undefined;
}
