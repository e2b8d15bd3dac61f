import { type Pattern, wild } from '../pattern.ts';
import { fieldType, isLong } from './field_types.ts';
import {
  optionalParts,
  partsAtMost,
  partsByDefault,
  regexLimit,
  regexOfTokens,
  toLuceneRegex,
} from './lucene_regex.ts';
import { networkTexts } from './networks.ts';
import { every, insideAnywhere, matching, none, or, type Query } from './query.ts';
import type { Groups } from './targets.ts';
import { literalLength, type TextContext, textOn, wordsOn } from './texts.ts';

export interface ValueContext extends TextContext {
  /** All places that the value is asked of. */
  readonly groups: Groups;
}

/** One value asked of one path; `null` and `exists` are about the field as a whole and answered there. */
export function onPath(pattern: Pattern, field: string, context: ValueContext): Query {
  switch (pattern.kind) {
    case 'text':
      return textOn(field, pattern, context);
    case 'regex':
      return regexOn(field, pattern, context);
    case 'cidr':
      return networkOn(field, pattern.network, context);
    case 'compare':
      return comparisonOn(field, pattern, context);
    case 'any':
      return or(pattern.patterns.map((each) => onPath(each, field, context)));
    case 'fieldref':
      context.problems.refuse('fieldref', { key: context.key }, context.path);
      return none;
    default:
      return none;
  }
}

type Regex = Extract<Pattern, { kind: 'regex' }>;

function regexOn(
  field: string,
  { source, flags }: Regex,
  { key, path, problems, format }: ValueContext,
): Query {
  const type = fieldType(field);
  const lucene = toLuceneRegex(source, flags);
  if (!lucene.ok) {
    problems.refuse('regex_feature', { key, feature: lucene.feature }, path);
    return none;
  }
  if (type !== 'keyword') {
    const code = { words: 'regex_in_words', number: 'number_wildcard', address: 'address_wildcard' } as const;
    problems.refuse(code[type], { key, field }, path);
  }
  if (isLong(field)) problems.warn('long_values', { field }, path);
  const { length } = lucene.source;
  if (length > regexLimit) problems.refuse('regex_too_long', { key, length, limit: regexLimit }, path);
  const most = format === 'lucene' ? partsByDefault : partsAtMost;
  if (optionalParts(lucene.source) > most) problems.refuse('regex_costly', { key }, path);
  return matching(field, lucene.source);
}

function networkOn(field: string, network: string, { key, path, problems, groups }: ValueContext): Query {
  if (fieldType(field) === 'address') return { kind: 'network', field, network };
  const typed = groups.flat().some((each) => fieldType(each) === 'address');
  const texts = networkTexts(network) ?? (typed ? [] : null);
  if (texts === null) {
    problems.refuse('network_as_text', { key, field }, path);
    return none;
  }
  problems.warn('network_text', { key, field }, path);
  return or(texts.map((tokens): Query => ({ kind: 'text', field, tokens, cased: false })));
}

type Compare = Extract<Pattern, { kind: 'compare' }>;

function comparisonOn(
  field: string,
  { operator, number, part }: Compare,
  { key, path, problems }: ValueContext,
): Query {
  if (part !== undefined || operator === 'eq') {
    problems.refuse('time_part', { key }, path);
    return none;
  }
  const type = fieldType(field);
  if (type === 'words' || type === 'address' || (type === 'keyword' && field.startsWith('winlog.'))) {
    problems.refuse('number_as_text', { key, field }, path);
    return none;
  }
  if (type === 'keyword') problems.warn('number_type', { key }, path);
  return { kind: 'range', field, operator, number };
}

/** A keyword: text anywhere in the event. */
export function keywordQuery(pattern: Pattern, fields: readonly string[], context: ValueContext): Query {
  const { key, path, problems } = context;
  if (pattern.kind === 'any') {
    return or(pattern.patterns.map((each) => keywordQuery(each, fields, context)));
  }
  if (pattern.kind === 'regex') problems.refuse('regex_in_words', { key, field: 'message' }, path);
  if (pattern.kind !== 'text') return none;
  problems.warn('keywords', { fields: fields.join(', ') }, path);
  const inside = pattern.tokens.slice(
    pattern.tokens[0] === wild.many ? 1 : 0,
    pattern.tokens.at(-1) === wild.many ? -1 : undefined,
  );
  const part = regexOfTokens(inside, pattern.cased ? 'as written' : 'either case');
  const { length } = insideAnywhere([part]);
  if (length > regexLimit) problems.refuse('regex_too_long', { key, length, limit: regexLimit }, path);
  if (literalLength(pattern.tokens) === 0) return every;
  return or([{ kind: 'anywhere', fields, parts: [part] }, wordsOn('message', pattern, context)]);
}
