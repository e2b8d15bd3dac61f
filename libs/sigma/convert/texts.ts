import { parseNetwork } from '../cidr.ts';
import type { DocumentPath } from '../errors.ts';
import { keywordMask, levelForms } from '../event/windows_values.ts';
import { parseNumber } from '../modifiers.ts';
import { type Pattern, plainText, type Token, wild } from '../pattern.ts';
import { fieldType, isLong } from './field_types.ts';
import { foldsBeyondAscii, regexLimit, regexOfTokens } from './lucene_regex.ts';
import type { Problems } from './problems.ts';
import { and, exists, none, type Query } from './query.ts';

/** What conversion of a value needs to know of its surroundings. */
export interface TextContext {
  /** The item as the rule writes it, for what is said about it. */
  readonly key: string;
  readonly path: DocumentPath;
  readonly problems: Problems;
  /** `lucene` has no way to ignore case but to write both cases out. */
  readonly format: 'dsl' | 'lucene';
}

export type Text = Extract<Pattern, { kind: 'text' }>;

/** A text asked of one path, by how that path is indexed. */
export function textOn(path: string, text: Text, context: TextContext): Query {
  const { tokens } = text;
  if (tokens.length === 1 && tokens[0] === wild.many) return exists(path);
  switch (fieldType(path)) {
    case 'words':
      return wordsOn(path, text, context);
    case 'number':
      return numberOn(path, tokens, context);
    case 'address':
      return addressOn(path, tokens, context);
    case 'keyword':
      return keywordOn(path, text, context);
  }
}

function keywordOn(field: string, { tokens, cased }: Text, context: TextContext): Query {
  if (isLong(field) && tokens.some((token) => token === wild.many)) {
    context.problems.warn('long_values', { field }, context.path);
  }
  const asRegex =
    context.format === 'lucene' || tokens.includes(wild.dash) || (!cased && foldsBeyondAscii(tokens));
  if (asRegex && plainText(tokens) === null) {
    const length = regexOfTokens(tokens, cased ? 'as written' : 'either case').length;
    if (length > regexLimit) {
      context.problems.refuse(
        'regex_too_long',
        { key: context.key, length, limit: regexLimit },
        context.path,
      );
    }
  }
  return { kind: 'text', field, tokens, cased };
}

function numberOn(field: string, tokens: readonly Token[], { key, path, problems }: TextContext): Query {
  const text = plainText(tokens);
  if (text === null) {
    problems.refuse('number_wildcard', { key, field }, path);
    return none;
  }
  const number = parseNumber(text);
  return number === null || String(number) !== text ? none : { kind: 'number', field, number };
}

function addressOn(field: string, tokens: readonly Token[], { key, path, problems }: TextContext): Query {
  const text = plainText(tokens);
  if (text !== null) {
    return text.includes('/') || parseNetwork(text) === null
      ? none
      : { kind: 'network', field, network: text };
  }
  const strange = tokens.some((token) => typeof token === 'string' && !/^[\da-fA-F:.]*$/.test(token));
  if (strange) return none;
  const network = tokens.length === 2 && tokens[1] === wild.many ? networkOf(tokens[0] as Token) : null;
  if (network !== null) return { kind: 'network', field, network };
  problems.refuse('address_wildcard', { key, field }, path);
  return none;
}

/** `10.1.` begins the addresses of 10.1.0.0/16. */
function networkOf(prefix: Token): string | null {
  if (typeof prefix !== 'string' || !/^(?:\d{1,3}\.){1,3}$/.test(prefix)) return null;
  const octets = prefix.split('.').slice(0, -1);
  const network = `${[...octets, '0', '0', '0'].slice(0, 4).join('.')}/${octets.length * 8}`;
  return parseNetwork(network) === null ? null : network;
}

/** Of an analysed field, words can be asked for; a part of one word is found exactly, all else is near. */
export function wordsOn(field: string, { tokens, cased }: Text, context: TextContext): Query {
  const [before, part, after] = tokens;
  const inside = tokens.length === 3 && before === wild.many && after === wild.many;
  if (inside && typeof part === 'string' && /^[A-Za-z\d]+$/.test(part) && !cased) {
    return { kind: 'word', field, part: part.toLowerCase() };
  }
  context.problems.warn('words', { key: context.key, field }, context.path);
  const texts = tokens.filter((token) => typeof token === 'string' && /[\p{L}\p{N}]/u.test(token));
  const phrases = texts.map((text): Query => ({ kind: 'phrase', field, text: text as string }));
  return and(phrases.length === 0 ? [exists(field)] : phrases);
}

/** Other ways in which shippers write the same level or keyword mask of the Windows event log. */
export function formsOf(field: string, text: Text): readonly Text[] {
  const plain = plainText(text.tokens);
  if (plain === null) return [text];
  const others =
    field === 'Level'
      ? levelForms(plain)
      : field === 'Keywords'
        ? ['Audit Failure', 'Audit Success'].filter((name) => keywordMask(name) === plain.toLowerCase())
        : [];
  const forms = others.filter((form) => form.toLowerCase() !== plain.toLowerCase());
  return [text, ...forms.map((form): Text => ({ ...text, tokens: [form] }))];
}

/** How many characters of literal text a value must have. */
export const literalLength = (tokens: readonly Token[]): number =>
  tokens.reduce<number>((sum, token) => sum + (typeof token === 'string' ? token.length : 0), 0);
