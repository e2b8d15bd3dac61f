import type { CompareOperator, Token } from '../pattern.ts';
import { regexLimit } from './lucene_regex.ts';

/** A converted rule before it is written down: what is asked of documents, by fields as they are indexed. */
export type Query =
  | { readonly kind: 'every' | 'none' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | { readonly kind: 'exists'; readonly field: string }
  /** The whole value of a keyword field. */
  | {
      readonly kind: 'text';
      readonly field: string;
      readonly tokens: readonly Token[];
      readonly cased: boolean;
    }
  | { readonly kind: 'number'; readonly field: string; readonly number: number }
  /** Lucene's syntax, for the whole value. */
  | { readonly kind: 'regexp'; readonly field: string; readonly source: string }
  /** One of these, in Lucene's syntax, inside the value of any field that the patterns of names mean. */
  | { readonly kind: 'anywhere'; readonly fields: readonly string[]; readonly parts: readonly string[] }
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly operator: Exclude<CompareOperator, 'eq'>;
      readonly number: number;
    }
  /** A network in CIDR notation, for a field of type `ip`. */
  | { readonly kind: 'network'; readonly field: string; readonly network: string }
  /** Words in their order, in an analysed field. */
  | { readonly kind: 'phrase'; readonly field: string; readonly text: string }
  /** A part of one word of an analysed field, in lower case. */
  | { readonly kind: 'word'; readonly field: string; readonly part: string };

export const every: Query = { kind: 'every' };
export const none: Query = { kind: 'none' };

/** Joins what must all hold; what holds anyway is left out. */
export function and(of: readonly Query[]): Query {
  const parts = of.flatMap((each) => (each.kind === 'and' ? each.of : each.kind === 'every' ? [] : [each]));
  if (parts.some(({ kind }) => kind === 'none')) return none;
  return parts.length === 1 ? (parts[0] as Query) : parts.length === 0 ? every : { kind: 'and', of: parts };
}

/** Joins what may hold; what never holds is left out. */
export function or(of: readonly Query[]): Query {
  const all = of.flatMap((each) => (each.kind === 'or' ? each.of : each.kind === 'none' ? [] : [each]));
  if (all.some(({ kind }) => kind === 'every')) return every;
  const parts = together(all);
  return parts.length === 1 ? (parts[0] as Query) : parts.length === 0 ? none : { kind: 'or', of: parts };
}

/** Each search of many fields is a clause per field, so those that can be are one expression. */
function together(parts: readonly Query[]): Query[] {
  const joined: Query[] = [];
  let last: Anywhere | undefined;
  for (const part of parts) {
    if (part.kind !== 'anywhere') joined.push(part);
    else if (last === undefined || !fits(last, part)) {
      last = part;
      joined.push(part);
    } else {
      const both: Anywhere = { ...part, parts: [...last.parts, ...part.parts] };
      joined[joined.indexOf(last)] = both;
      last = both;
    }
  }
  return joined;
}

type Anywhere = Extract<Query, { kind: 'anywhere' }>;

const fits = (one: Anywhere, other: Anywhere): boolean =>
  one.fields === other.fields &&
  // A wildcard inside an alternative multiplies the work.
  ![...one.parts, ...other.parts].some((part) => part.includes('.*')) &&
  insideAnywhere([...one.parts, ...other.parts]).length <= regexLimit;

/** Written so, and not with an alternative for each whole value, many parts are no more work than one. */
export const insideAnywhere = (parts: readonly string[]): string =>
  `.*${parts.length === 1 ? parts[0] : `(${parts.join('|')})`}.*`;

export function not(of: Query): Query {
  if (of.kind === 'not') return of.of;
  return of.kind === 'every' ? none : of.kind === 'none' ? every : { kind: 'not', of };
}

export const exists = (field: string): Query => ({ kind: 'exists', field });

/** One of several values as they are written, such as those that Tidewatch writes itself. */
export const oneOf = (field: string, values: readonly string[]): Query =>
  or(values.map((value): Query => ({ kind: 'text', field, tokens: [value], cased: true })));

/** A literal value, ignoring case. */
export const equals = (field: string, value: string): Query => ({
  kind: 'text',
  field,
  tokens: value === '' ? [] : [value],
  cased: false,
});

export const matching = (field: string, source: string): Query => ({ kind: 'regexp', field, source });

/** How many clauses a cluster counts, of which it takes 1,024 (`indices.query.bool.max_clause_count`). */
export function clausesOf(query: Query): number {
  if (query.kind === 'not') return clausesOf(query.of);
  if (query.kind !== 'and' && query.kind !== 'or') return 1;
  return query.of.reduce((sum, each) => sum + clausesOf(each), 0);
}
