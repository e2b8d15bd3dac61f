import { plainText } from '../pattern.ts';
import { caseVariants, regexOfTokens } from './lucene_regex.ts';
import { insideAnywhere, type Query } from './query.ts';

const comparisons = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Writes a query as the text of a `query_string`, the language of Discover's search bar when it is set to Lucene. */
export function toLucene(query: Query): string {
  switch (query.kind) {
    case 'every':
      return '*:*';
    case 'none':
      return '(NOT *:*)';
    case 'and':
      return conjunction(query.of);
    case 'or':
      return `(${query.of.map(toLucene).join(' OR ')})`;
    case 'not':
      return conjunction([query]);
    case 'exists':
      return `_exists_:${escapeTerm(query.field)}`;
    case 'text':
      return textTerm(query);
    case 'number':
      return `${escapeTerm(query.field)}:${query.number < 0 ? `"${query.number}"` : query.number}`;
    case 'regexp':
      return `${escapeTerm(query.field)}:${slashed(query.source)}`;
    case 'anywhere':
      return `(${query.fields.map((field) => `${escapeTerm(field)}:${slashed(insideAnywhere(query.parts))}`).join(' OR ')})`;
    case 'range':
      return `${escapeTerm(query.field)}:${comparisons[query.operator]}${query.number}`;
    case 'network':
      return `${escapeTerm(query.field)}:${quoted(query.network)}`;
    case 'phrase':
      return `${escapeTerm(query.field)}:${quoted(query.text)}`;
    case 'word':
      return `${escapeTerm(query.field)}:*${query.part}*`;
  }
}

/** A clause that only excludes finds nothing by itself, so something to exclude from is named. */
function conjunction(of: readonly Query[]): string {
  const parts = of.flatMap((each) => (each.kind === 'not' ? [] : [toLucene(each)]));
  const excluded = of.flatMap((each) => (each.kind === 'not' ? [`NOT ${toLucene(each.of)}`] : []));
  return `(${[...(parts.length === 0 ? ['*:*'] : parts), ...excluded].join(' AND ')})`;
}

/** Case can't be ignored there but by an expression with both cases of every letter. */
function textTerm({ field, tokens, cased }: Extract<Query, { kind: 'text' }>): string {
  const plain = plainText(tokens);
  const caseless = plain !== null && (cased || [...plain].every((char) => caseVariants(char).length === 1));
  if (plain !== null && plain !== '' && caseless) return `${escapeTerm(field)}:${quoted(plain)}`;
  // Empty quotes mean nothing at all; an empty group is the empty value.
  const source = plain === '' ? '()' : regexOfTokens(tokens, cased ? 'as written' : 'either case');
  return `${escapeTerm(field)}:${slashed(source)}`;
}

/** Names of fields, with every character that has a meaning in the language or divides terms. */
const escapeTerm = (text: string): string => text.replace(/[^\p{L}\p{N}_.@]/gu, '\\$&');

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** A slash ends an expression, unless a backslash stands before it; so the last character cannot be a backslash. */
export const slashed = (source: string): string =>
  `/${source
    .replace(/\\.|\//gs, (part) => (part === '/' ? '\\/' : part))
    .replace(/((?:^|[^\\])(?:\\\\)*)\\\\$/, '$1[\\\\]')}/`;
