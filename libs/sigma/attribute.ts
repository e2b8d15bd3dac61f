import { isObject, type JsonObject } from '@tidewatch/event';
import { type DocumentPath, Rejection } from './errors.ts';
import { nearestName } from './nearest.ts';

/** What is wrong with an attribute, at its place in the document. */
export const invalid = (name: string, cause: string, path: DocumentPath = name.split('.')): Rejection =>
  new Rejection('invalid_attribute', { name, cause }, path);

/** Refuses keys that mean nothing: a misspelt one would be passed over in silence. */
export function onlyKeys(section: JsonObject, name: string, known: readonly string[]): void {
  for (const key of Object.keys(section)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    const cause =
      nearest === null
        ? `it is unknown; there is ${known.map((each) => `\`${each}\``).join(', ')}`
        : `it is unknown; did you mean \`${nearest}\``;
    throw invalid(`${name}.${key}`, cause, [...name.split('.'), key]);
  }
}

/** A section that has to be a map with no other keys than these. */
export function mapOf(value: unknown, name: string, known: readonly string[]): JsonObject {
  if (!isObject(value)) throw invalid(name, `a map of ${known.join(', ')} is needed`);
  onlyKeys(value, name, known);
  return value;
}
