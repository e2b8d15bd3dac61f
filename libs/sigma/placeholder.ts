import { type DocumentPath, Rejection } from './errors.ts';

/** Lists of values for `expand`, by the placeholder's name without the percent signs. */
export type Placeholders = ReadonlyMap<string, readonly (string | number)[]>;

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
