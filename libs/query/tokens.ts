import { parseWithTokens } from './parse.ts';

/** A coloured stretch of a query: UTF-16 units, end exclusive, in order and without overlap. */
export interface Token {
  readonly type:
    | 'field'
    | 'operator'
    | 'keyword'
    | 'punctuation'
    | 'value'
    | 'string'
    | 'wildcard'
    | 'regex'
    | 'error';
  readonly start: number;
  readonly end: number;
}

/** Tokens for an editor's colours. What follows a mistake is one `error` token; white space has none. */
export function tokenise(text: string): readonly Token[] {
  const { result, tokens } = parseWithTokens(text);
  if (result.ok) return tokens;
  const good = tokens.filter(({ end }) => end <= result.error.start);
  const start = Math.max(good.at(-1)?.end ?? 0, Math.min(result.error.start, text.length));
  return start < text.length ? [...good, { type: 'error', start, end: text.length }] : good;
}
