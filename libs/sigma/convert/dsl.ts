import type { JsonObject } from '@tidewatch/event';
import { plainText, type Token, wild } from '../pattern.ts';
import { slashed } from './lucene.ts';
import {
  caseVariants,
  foldsBeyondAscii,
  optionalParts,
  partsByDefault,
  regexOfTokens,
} from './lucene_regex.ts';
import { insideAnywhere, type Query } from './query.ts';

/**
 * Writes a query in OpenSearch's query DSL.
 *
 * @param name what a hit's `matched_queries` says, such as the rule's id
 * @returns the body of a search: `{ query: { bool: … } }`
 */
export function toDsl(query: Query, name: string): { readonly query: JsonObject } {
  const written = clause(query);
  const bool = Object.keys(written)[0] === 'bool' ? (written.bool as JsonObject) : { filter: [written] };
  return { query: { bool: { _name: name, ...bool } } };
}

function clause(query: Query): JsonObject {
  switch (query.kind) {
    case 'every':
      return { match_all: {} };
    case 'none':
      return { match_none: {} };
    case 'and':
      return conjunction(query.of);
    case 'or':
      return disjunction(query.of);
    case 'not':
      return { bool: { must_not: [clause(query.of)] } };
    case 'exists':
      return { exists: { field: query.field } };
    case 'text':
      return textClause(query);
    case 'number':
      return { term: { [query.field]: { value: query.number } } };
    case 'regexp':
      return { regexp: { [query.field]: { value: query.source, flags: 'NONE', ...effort(query.source) } } };
    case 'anywhere':
      return {
        query_string: {
          query: slashed(insideAnywhere(query.parts)),
          fields: [...query.fields],
          lenient: true,
        },
      };
    case 'range':
      return { range: { [query.field]: { [query.operator]: query.number } } };
    case 'network':
      return { term: { [query.field]: { value: query.network } } };
    case 'phrase':
      return { match_phrase: { [query.field]: { query: query.text } } };
    case 'word':
      return { wildcard: { [query.field]: { value: `*${query.part}*` } } };
  }
}

/** Repetitions that count high take more than the 10,000 steps which Lucene spends by default. */
const effort = (source: string): JsonObject =>
  optionalParts(source) > partsByDefault ? { max_determinized_states: 100_000 } : {};

function conjunction(of: readonly Query[]): JsonObject {
  const filter = of.flatMap((each) => (each.kind === 'not' ? [] : [clause(each)]));
  const mustNot = of.flatMap((each) => (each.kind === 'not' ? [clause(each.of)] : []));
  return {
    bool: {
      ...(filter.length === 0 ? {} : { filter }),
      ...(mustNot.length === 0 ? {} : { must_not: mustNot }),
    },
  };
}

/** Values of one field that have no case are one clause, `terms`. */
function disjunction(of: readonly Query[]): JsonObject {
  const plain = new Map<string, string[]>();
  const should: JsonObject[] = [];
  for (const each of of) {
    const value = each.kind === 'text' && isCaseless(each) ? plainText(each.tokens) : null;
    if (each.kind !== 'text' || value === null) should.push(clause(each));
    else plain.set(each.field, [...(plain.get(each.field) ?? []), value]);
  }
  for (const [field, values] of plain) {
    should.push(
      values.length === 1
        ? { term: { [field]: { value: values[0] as string } } }
        : { terms: { [field]: values } },
    );
  }
  return should.length === 1 ? (should[0] as JsonObject) : { bool: { should, minimum_should_match: 1 } };
}

type Text = Extract<Query, { kind: 'text' }>;

const isCaseless = ({ tokens, cased }: Text): boolean =>
  cased ||
  tokens.every(
    (token) => typeof token !== 'string' || [...token].every((char) => caseVariants(char).length === 1),
  );

function textClause(text: Text): JsonObject {
  const { field, tokens, cased } = text;
  const folds = isCaseless(text) ? {} : { case_insensitive: true };
  if (!cased && foldsBeyondAscii(tokens)) {
    return { regexp: { [field]: { value: regexOfTokens(tokens, 'either case'), flags: 'NONE' } } };
  }
  if (tokens.includes(wild.dash)) {
    return { regexp: { [field]: { value: regexOfTokens(tokens, 'as written'), flags: 'NONE', ...folds } } };
  }
  const plain = plainText(tokens);
  if (plain !== null) return { term: { [field]: { value: plain, ...folds } } };
  return { wildcard: { [field]: { value: tokens.map(wildcardToken).join(''), ...folds } } };
}

const wildcardToken = (token: Token): string =>
  token === wild.many ? '*' : token === wild.one ? '?' : String(token).replace(/[\\*?]/g, '\\$&');
