import type { Condition, Selection, SigmaRule } from '../rule.ts';
import { lineFinder } from '../yaml.ts';
import { type FieldResolver, otherAnywhere, otherFields, windowsAnywhere, windowsFields } from './fields.ts';
import { type ItemContext, itemQuery } from './items.ts';
import { otherDocuments } from './other_documents.ts';
import { createProblems, type Problems, type Refusal, type Warning } from './problems.ts';
import { and, clausesOf, not, or, type Query } from './query.ts';
import { windowsDocuments } from './windows_documents.ts';

/** A cluster refuses queries of more clauses (`indices.query.bool.max_clause_count`). */
const clauseLimit = 1_024;

export type Converted =
  | { readonly ok: true; readonly query: Query; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly refusals: readonly Refusal[]; readonly warnings: readonly Warning[] };

/**
 * Converts a rule into a query that finds, among the documents that Tidewatch stores in OpenSearch, those on which the
 * engine matches. What a query cannot say is refused; what it says differently is warned about. Rules for Windows are
 * asked of documents below `winlog` only.
 *
 * @param format what the query will be written as; `lucene` has no way to ignore case but to write both cases out
 */
export function convertRule(rule: SigmaRule, format: 'dsl' | 'lucene'): Converted {
  let finder: ReturnType<typeof lineFinder> | undefined;
  const problems = createProblems((path) => {
    finder ??= lineFinder(rule.source, rule.document);
    return finder(path);
  });
  const query = or(
    kindsOf(rule, problems).map(({ documents, resolve, anywhere }) =>
      and([documents, detectionQuery(rule, { resolve, anywhere, problems, format })]),
    ),
  );
  const count = clausesOf(query);
  if (count > clauseLimit) problems.refuse('too_many_clauses', { count, limit: clauseLimit });
  const { refused, warned } = problems;
  return refused.length > 0
    ? { ok: false, refusals: refused, warnings: warned }
    : { ok: true, query, warnings: warned };
}

/** Documents of one kind that a rule may mean, and where its fields and its keywords stand in them. */
interface DocumentKind {
  readonly documents: Query;
  readonly resolve: FieldResolver;
  readonly anywhere: readonly string[];
}

function kindsOf({ logsource }: SigmaRule, problems: Problems): DocumentKind[] {
  const windows = windowsDocuments(logsource, problems);
  const kinds: DocumentKind[] = [];
  if (windows.kind !== 'none') {
    kinds.push({ documents: windows, resolve: windowsFields(logsource), anywhere: windowsAnywhere });
  }
  if (logsource.product !== 'windows' || windows.kind === 'none') {
    kinds.push({
      documents: otherDocuments(logsource),
      resolve: otherFields(logsource),
      anywhere: otherAnywhere(logsource),
    });
  }
  return kinds;
}

function detectionQuery({ detection }: SigmaRule, context: ItemContext): Query {
  const converted = new Map<string, Query>();
  const selection = (name: string): Query => {
    const known = converted.get(name);
    if (known !== undefined) return known;
    const query = selectionQuery(detection.selections.get(name) as Selection, context);
    converted.set(name, query);
    return query;
  };
  const condition = (node: Condition): Query => {
    if (node.kind === 'selection') return selection(node.name);
    if (node.kind === 'not') return not(condition(node.of));
    return node.kind === 'and' ? and(node.of.map(condition)) : or(node.of.map(condition));
  };
  return condition(detection.condition);
}

function selectionQuery(selection: Selection, context: ItemContext): Query {
  if (selection.kind === 'item') return itemQuery(selection, context);
  const of = selection.of.map((each) => selectionQuery(each, context));
  return selection.kind === 'and' ? and(of) : or(of);
}
