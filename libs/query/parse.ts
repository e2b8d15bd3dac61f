import type { KqlNode } from './ast.ts';
import { SyntaxFault } from './cursor.ts';
import { Parser } from './parser.ts';
import type { Token } from './tokens.ts';

/** A place in the query's text: UTF-16 units, end exclusive. */
export interface Notice {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** The whole query, corrected. */
  readonly suggestion?: string;
}

export type KqlResult =
  | { readonly ok: true; readonly ast: KqlNode; readonly warnings: readonly Notice[] }
  | { readonly ok: false; readonly error: Notice };

/** Longest query in UTF-16 units, and deepest nesting of parentheses, braces and `not`. */
export const kqlLimits = { length: 10_000, depth: 50 } as const;

/** A replacement of part of the text that puts a mistake right. */
export interface Fix {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Parses a query in the Kibana Query Language; an empty one finds everything. Never throws. */
export function parseKql(text: string): KqlResult {
  const { result, fix } = attempt(text);
  if (result.ok || fix === undefined) return result;
  const suggestion = correct(text, fix);
  return suggestion === undefined ? result : { ok: false, error: { ...result.error, suggestion } };
}

/** As {@link parseKql}, with the tokens read until the end or the fault. */
export function parseWithTokens(text: string): {
  readonly result: KqlResult;
  readonly tokens: readonly Token[];
} {
  return attempt(text);
}

function attempt(text: string): { result: KqlResult; fix?: Fix; tokens: readonly Token[] } {
  const parser = new Parser(text);
  try {
    if (text.length > kqlLimits.length)
      throw new SyntaxFault(
        `A query has at most ${kqlLimits.length} characters.`,
        kqlLimits.length,
        text.length,
      );
    const ast = parser.query();
    return { result: { ok: true, ast, warnings: parser.warnings }, tokens: parser.tokens };
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    const error = { message: fault.message, start: fault.start, end: fault.end };
    const result = { ok: false, error } as const;
    return fault.fix === undefined
      ? { result, tokens: parser.tokens }
      : { result, fix: fault.fix, tokens: parser.tokens };
  }
}

/** Puts one mistake after the other right, until the query parses; undefined where that does not come about. */
function correct(text: string, first: Fix): string | undefined {
  let corrected = text;
  let fix: Fix | undefined = first;
  for (let tries = 0; tries < 20 && fix !== undefined; tries++) {
    corrected = corrected.slice(0, fix.start) + fix.text + corrected.slice(fix.end);
    const next = attempt(corrected);
    if (next.result.ok) return corrected;
    fix = next.fix;
  }
  return undefined;
}
