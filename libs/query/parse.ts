import type { KqlNode } from './ast.ts';
import { enough, type SyntaxFault } from './cursor.ts';
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

/** One of the mistakes of a query. */
export interface Fault extends Omit<Notice, 'suggestion'> {
  /** Puts this one right, and leaves the others. */
  readonly fix?: Fix;
}

export type KqlResult =
  | { readonly ok: true; readonly ast: KqlNode; readonly warnings: readonly Notice[] }
  | {
      readonly ok: false;
      /** The first of the faults, with the suggestion for all of them. */
      readonly error: Notice;
      /** At most ten, as they were met from left to right; of what is never closed, at the end. */
      readonly faults: readonly Fault[];
    };

/** Longest query in UTF-16 units, deepest nesting of parentheses, braces and `not`, and faults that are told. */
export const kqlLimits = { length: 10_000, depth: 50, faults: 10 } as const;

/** A replacement of part of the text that puts a mistake right. */
export interface Fix {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Parses a query in the Kibana Query Language; an empty one finds everything. Never throws. */
export function parseKql(text: string): KqlResult {
  const { result } = attempt(text, kqlLimits.faults);
  const fix = result.ok ? undefined : result.faults[0]?.fix;
  if (result.ok || fix === undefined) return result;
  const suggestion = correct(text, fix);
  return suggestion === undefined ? result : { ...result, error: { ...result.error, suggestion } };
}

/** As {@link parseKql}, with the tokens read until the end or the first fault, which is the only one that is told. */
export function parseWithTokens(text: string): {
  readonly result: KqlResult;
  readonly tokens: readonly Token[];
} {
  return attempt(text, 1);
}

function attempt(text: string, mostFaults: number): { result: KqlResult; tokens: readonly Token[] } {
  const { length } = kqlLimits;
  if (text.length > length) {
    const message = `A query has at most ${length} characters.`;
    return { result: failed([{ message, start: length, end: text.length }]), tokens: [] };
  }
  const parser = new Parser(text, mostFaults);
  const { tokens, warnings } = parser;
  try {
    const ast = parser.query();
    if (parser.faults.length === 0) return { result: { ok: true, ast, warnings }, tokens };
  } catch (error) {
    if (error !== enough) throw error;
  }
  return { result: failed(parser.faults.map(told)), tokens };
}

const told = ({ message, start, end, fix }: SyntaxFault): Fault => ({
  ...{ message, start, end },
  ...(fix && { fix }),
});

function failed(faults: readonly Fault[]): KqlResult {
  const { message, start, end } = faults[0] as Fault;
  return { ok: false, error: { message, start, end }, faults };
}

/** Puts one mistake after the other right, until the query parses; undefined where that does not come about. */
function correct(text: string, first: Fix): string | undefined {
  let corrected = text;
  let fix: Fix | undefined = first;
  for (let tries = 0; tries < 20 && fix !== undefined; tries++) {
    corrected = corrected.slice(0, fix.start) + fix.text + corrected.slice(fix.end);
    const { result } = attempt(corrected, 1);
    if (result.ok) return corrected;
    fix = result.faults[0]?.fix;
  }
  return undefined;
}
