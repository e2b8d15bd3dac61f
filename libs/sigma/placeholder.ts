import { type DocumentPath, Rejection } from './errors.ts';
import type { Pattern, Token } from './pattern.ts';

/** Lists of values for `expand`, by the placeholder's name without the percent signs. */
export type Placeholders = Pick<ReadonlyMap<string, readonly (string | number)[]>, 'get'>;

/** More alternatives than this from one value are refused. */
const expansionLimit = 10_000;

const written = /\\%|%([^%\s\\]+)%/g;

/**
 * The values that a value with placeholders stands for (specification, Placeholders); `\%` is a plain percent
 * sign. Several placeholders in one value give every combination.
 */
export function expand(
  value: string,
  placeholders: Placeholders,
  key: string,
  path: DocumentPath,
): readonly string[] {
  let expanded = [''];
  let end = 0;
  for (const match of value.matchAll(written)) {
    const literal = value.slice(end, match.index);
    end = match.index + match[0].length;
    const name = match[1];
    const list = name === undefined ? ['%'] : placeholders.get(name);
    if (list === undefined || list.length === 0)
      throw new Rejection('unresolved_placeholder', { name, key }, path);
    if (expanded.length * list.length > expansionLimit) {
      throw new Rejection('too_many_values', { limit: expansionLimit }, path);
    }
    expanded = expanded.flatMap((prefix) => list.map((replacement) => `${prefix}${literal}${replacement}`));
  }
  return expanded.map((prefix) => prefix + value.slice(end));
}

/**
 * A placeholder that is to be resolved later stands in a text as the codes of its name between two noncharacters, which
 * no modifier that leaves the text readable changes.
 */
const mark = /\ufdd0(\d+)\ufdd1/;
const markOf = (name: string): string =>
  `\ufdd0${Array.from(name, (char) => String(char.codePointAt(0)).padStart(7, '0')).join('')}\ufdd1`;
const nameOf = (codes: string): string =>
  (codes.match(/\d{7}/g) ?? []).map((code) => String.fromCodePoint(Number(code))).join('');

/** Lists that let names wait which they do not have, for a pipeline to resolve. */
export const deferring = (lists: Placeholders): Placeholders => ({
  get: (name) => lists.get(name) ?? [markOf(name)],
});

/** A text with the placeholders that wait written as in the rule. */
export const withNames = (text: string): string =>
  text.replace(new RegExp(mark, 'g'), (_, codes: string) => `%${nameOf(codes)}%`);

/** The first placeholder that still waits; null where none does. */
export function unresolvedIn(pattern: Pattern): string | null {
  if (pattern.kind === 'any') return pattern.patterns.map(unresolvedIn).find((name) => name !== null) ?? null;
  const texts = pattern.kind === 'text' ? pattern.tokens : pattern.kind === 'regex' ? [pattern.source] : [];
  for (const text of texts) {
    const codes = typeof text === 'string' ? mark.exec(text)?.[1] : undefined;
    if (codes !== undefined) return nameOf(codes);
  }
  return null;
}

/** Modifiers that leave a placeholder in the text as it is. */
const harmless = [
  ...['all', 'neq', 'expand', 'contains', 'startswith', 'endswith', 'windash', 'cased'],
  ...['re', 'i', 'm', 's'],
];

/** Refuses a placeholder that waits where a modifier needs to see the value. */
export function refuseWaiting(
  alternatives: readonly unknown[],
  modifiers: readonly string[],
  key: string,
  path: DocumentPath,
): void {
  if (modifiers.every((modifier) => harmless.includes(modifier))) return;
  for (const value of alternatives) {
    const codes = mark.exec(String(value))?.[1];
    if (codes !== undefined)
      throw new Rejection('unresolved_placeholder', { name: nameOf(codes), key }, path);
  }
}

/**
 * Puts lists of tokens in the place of placeholders that wait; several in one text give every combination.
 *
 * @param lookUp null for a placeholder that is to go on waiting
 */
export function resolveTokens(
  tokens: readonly Token[],
  lookUp: (name: string) => readonly (readonly Token[])[] | null,
): (readonly Token[])[] {
  let lists: (readonly Token[])[] = [[]];
  const append = (more: readonly (readonly Token[])[]): void => {
    if (lists.length * more.length > expansionLimit)
      throw new Rejection('too_many_values', { limit: expansionLimit });
    lists = lists.flatMap((list) => more.map((each) => [...list, ...each]));
  };
  for (const token of tokens) {
    // Split by an expression with a group, every other piece is a name.
    const pieces = typeof token === 'string' ? token.split(mark) : [];
    if (typeof token !== 'string') append([[token]]);
    pieces.forEach((piece, i) => {
      if (i % 2 === 0) append([[piece]]);
      else append(lookUp(nameOf(piece)) ?? [[markOf(nameOf(piece))]]);
    });
  }
  return lists;
}

/** As {@link resolveTokens}, for a regular expression: the values are alternatives in it. */
export const resolveRegex = (source: string, lookUp: (name: string) => string | null): string =>
  source.replace(new RegExp(mark, 'g'), (waiting, codes: string) => {
    const found = lookUp(nameOf(codes));
    return found === null ? waiting : `(?:${found})`;
  });
