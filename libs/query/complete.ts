import { parseWithTokens } from './parse.ts';
import { matchAt, printLiteral } from './scan.ts';
import type { Token } from './tokens.ts';

/** What can stand at a place in a query. */
export interface Place {
  readonly expects: 'field' | 'value' | 'operator' | 'conjunction';
  /** What a suggestion takes the place of: UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** What was typed of it so far, without quotes and escapes. */
  readonly typed: string;
  /** For a value, its field; for a field inside braces, the path that those stand for. */
  readonly field?: string;
}

export interface Suggestion {
  /** What to show. */
  readonly label: string;
  /** What to put in the place, as a query writes it. */
  readonly text: string;
}

/** Stands for the cursor: a character that means nothing in a query, for private use. */
const cursor = '\uf8ff';

/** So many mistakes before the cursor are passed over. */
const mostFaults = 20;

/**
 * What can stand at a position of a query that is being typed. What is wrong before it is passed over: the parser is asked
 * again after each mistake.
 */
export function placeAt(text: string, position: number): Place {
  const head = text.slice(0, position);
  let from = 0;
  for (let tries = 0; tries < mostFaults; tries++) {
    const read = readPlace(head.slice(from));
    if (typeof read !== 'number') {
      const start = from + read.start;
      const rest = text[start] === '"' ? /[^"\n]*"?/y : /[^\s():<>"{},]*/y;
      return { ...read, start, end: position + (matchAt(rest, text, position)?.[0].length ?? 0) };
    }
    from += Math.max(1, read);
    from += matchAt(/\s*(?:(?:and|or)\s)?/iy, head, from)?.[0].length ?? 0;
  }
  return { expects: 'conjunction', start: position, end: position, typed: '' };
}

/** A place in the text before the cursor, or how far to go on to find one. */
function readPlace(head: string): Omit<Place, 'end'> | number {
  let furthest = 1;
  for (const close of ['', '"']) {
    const { result, tokens } = parseWithTokens(head + cursor + close);
    const token = tokens.findLast(({ start, end }) => start <= head.length && head.length < end);
    if (token !== undefined && !(close === '' && token.type === 'string'))
      return placeOf(head, tokens, token);
    if (result.ok) continue;
    // After a whole condition comes a word that joins, perhaps half typed.
    const word = head.search(/[A-Za-z]*$/);
    if (result.error.start >= word && !/is missing (?:at|before)/.test(result.error.message))
      return { expects: 'conjunction', start: word, typed: head.slice(word) };
    const { start, end } = result.error;
    if (close === '') furthest = Math.min(start > 0 ? start : end, head.length);
  }
  return head === '' ? { expects: 'field', start: 0, typed: '' } : furthest;
}

function placeOf(head: string, tokens: readonly Token[], token: Token): Omit<Place, 'end'> {
  const raw = head.slice(token.start);
  const lastSpace = token.type === 'string' ? -1 : raw.search(/\s\S*$/);
  const before = tokens.slice(0, tokens.indexOf(token));
  const { field, inside } = askedField(head, before);
  const start = lastSpace < 0 ? token.start : token.start + lastSpace + 1;
  const typed = head.slice(start).replace(/^"/, '').replace(/\\(.)/g, '$1');
  if (lastSpace >= 0) {
    // A second bare word: the first was a value, or a field whose operator is missing.
    const expects =
      field === undefined && !/\S\s+\S+\s/.test(raw) && typed === '' ? 'operator' : 'conjunction';
    return { expects, start, typed };
  }
  if (field !== undefined) return { expects: 'value', start, typed, field };
  return { expects: 'field', start, typed, ...(inside !== undefined && { field: inside }) };
}

/** The field that the tokens last ask about, if the next is its value, and the object whose braces are open. */
function askedField(head: string, tokens: readonly Token[]) {
  let depth = 0;
  let field: string | undefined;
  const inside: string[] = [];
  const name = (token: Token | undefined): string =>
    token === undefined
      ? ''
      : head.slice(token.start, token.end).replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
  for (let i = tokens.length - 1; i >= 0; i--) {
    const { type, start, end } = tokens[i] as Token;
    const text = head.slice(start, end);
    if (type === 'punctuation' && (text === ')' || text === '}')) depth++;
    else if (type === 'punctuation' && (text === '(' || text === '{')) {
      if (depth-- > 0) continue;
      depth = 0;
      const at = tokens.slice(0, i).findLastIndex((one) => one.type === 'field');
      const between = tokens.slice(at + 1, i);
      const asks = at >= 0 && between.length > 0 && between.every((one) => isAsking(head, one));
      if (text === '{' && asks) inside.unshift(name(tokens[at]));
      else if (asks && inside.length === 0) field ??= name(tokens[at]);
    } else if (type === 'operator' && i === tokens.length - 1) field = name(tokens[i - 1]);
  }
  return { field, inside: inside.length === 0 ? undefined : inside.join('.') };
}

/** What may stand between a field and the parenthesis of its values. */
const isAsking = (head: string, { type, start, end }: Token): boolean =>
  type === 'operator' || (type === 'keyword' && /^(?:in|not|not\s+in)$/i.test(head.slice(start, end)));

const words = {
  operator: [':', '<', '<=', '>', '>=', 'in ('],
  conjunction: ['and', 'or'],
} as const;

/**
 * Suggestions for a place, best first: what begins with what was typed, then names of which a later part does.
 *
 * @param candidates names of fields, or values of the field, in the order of their worth
 */
export function suggestionsFor(place: Place, candidates: readonly string[] = [], limit = 20): Suggestion[] {
  const typed = place.typed.toLowerCase();
  if (place.expects === 'operator' || place.expects === 'conjunction')
    return words[place.expects]
      .filter((word) => word.startsWith(typed))
      .map((word) => ({ label: word, text: word }));
  const within = place.expects === 'field' && place.field !== undefined ? `${place.field}.` : '';
  const names = candidates.flatMap((name) => (name.startsWith(within) ? [name.slice(within.length)] : []));
  const first = names.filter((name) => name.toLowerCase().startsWith(typed));
  const later =
    place.expects === 'value' ? [] : names.filter((name) => name.toLowerCase().includes(`.${typed}`));
  const best = [...new Set([...first, ...later])].slice(0, limit);
  return best.map((label) => ({ label, text: printLiteral(label) }));
}
