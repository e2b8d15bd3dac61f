import type { JsonObject } from '@tidewatch/event';
import { fold } from './text.ts';

/** A clause of the query language of OpenSearch. */
export type Dsl = JsonObject;

export const all: Dsl = { match_all: {} };
export const none: Dsl = { match_none: {} };

export function and(clauses: readonly Dsl[]): Dsl {
  if (clauses.includes(none)) return none;
  const rest = clauses.filter((clause) => clause !== all);
  const [only] = rest;
  if (only === undefined) return all;
  return rest.length === 1 ? only : { bool: { filter: rest } };
}

export function any(clauses: readonly Dsl[]): Dsl {
  if (clauses.includes(all)) return all;
  const rest = clauses.filter((clause) => clause !== none);
  const [only] = rest;
  if (only === undefined) return none;
  return rest.length === 1 ? only : { bool: { should: rest, minimum_should_match: 1 } };
}

export function not(clause: Dsl): Dsl {
  if (clause === all) return none;
  return clause === none ? all : { bool: { must_not: [clause] } };
}

/** The document has a value at the path that did not fit the field's type. */
export const ignored = (path: string): Dsl => ({ term: { _ignored: path } });

/** A regex of Lucene over a whole term. */
export const regexp = (field: string, value: string): Dsl => ({ regexp: { [field]: { value } } });

/** Lucene takes this many characters by default (`index.max_regex_length`). */
export const maxRegexp = 1_000;

const plain = /[\p{L}\p{N}_ ]/u;
export const escapeTerm = (text: string): string =>
  Array.from(text, (char) => (plain.test(char) || char > '~' || char < ' ' ? char : `\\${char}`)).join('');

let others: Map<string, string> | undefined;

/** A text as a regex of Lucene that takes every letter in each of its cases, as {@link fold} does. */
export function anyCase(text: string): string {
  others ??= otherCases();
  const cases = others;
  return Array.from(fold(text), (char) => {
    const other = cases.get(char);
    return other === undefined ? escapeTerm(char) : `[${char}${other}]`;
  }).join('');
}

/** The last of the scripts with two cases, Adlam, ends here. */
const lastCased = 0x1_e943;

/** By folded character, the others that fold to it. */
function otherCases(): Map<string, string> {
  const found = new Map<string, string>();
  for (let code = 0x41; code <= lastCased; code++) {
    const char = String.fromCodePoint(code);
    const folded = fold(char);
    if (folded !== char) found.set(folded, (found.get(folded) ?? '') + char);
  }
  return found;
}
