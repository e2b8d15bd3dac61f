import { isObject, type Json, type JsonObject } from '@tidewatch/event';

/** An array's members, any other value alone. Arrays directly inside arrays are not looked into. */
const members = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);

/** Every value at a dotted path, through arrays on the way and at its end. */
export function valuesAt(object: JsonObject, keys: readonly string[]): readonly Json[] {
  let level: readonly Json[] = [object];
  for (const key of keys) {
    const next: Json[] = [];
    for (const value of level) {
      if (isObject(value) && Object.hasOwn(value, key)) next.push(...members(value[key] as Json));
    }
    if (next.length === 0) return next;
    level = next;
  }
  return level;
}

/** The keys of a path; undefined where one is empty, since no query can name such a field. */
export function pathKeys(path: string): readonly string[] | undefined {
  const keys = path.split('.');
  return keys.includes('') ? undefined : keys;
}

/** What of a document a query without a field looks at, and what a store must know to answer with SQL. */
export interface DocumentFacts {
  /** Every text, number and truth value but `message` and `event.original`, one a line. */
  readonly text: string;
  /** An array on some path holds objects or arrays. */
  readonly nested: boolean;
}

/**
 * Walks a document once.
 *
 * @param onPath is told the dotted path of each leaf (arrays of plain values count as one), possibly more than once
 */
export function documentFacts(document: JsonObject, onPath?: (path: string) => void): DocumentFacts {
  const lines: string[] = [];
  let nested = false;
  const walk = (object: JsonObject, prefix: string): void => {
    for (const key in object) {
      const value = object[key] as Json;
      const path = prefix + key;
      if (isObject(value)) walk(value, `${path}.`);
      else {
        onPath?.(path);
        if (typeof value === 'string') {
          if (path !== 'message' && path !== 'event.original') lines.push(value);
        } else if (Array.isArray(value)) array(value, path);
        else if (value !== null) lines.push(String(value));
      }
    }
  };
  const array = (values: readonly Json[], path: string): void => {
    for (const value of values) {
      if (isObject(value)) {
        nested = true;
        walk(value, `${path}.`);
      } else if (Array.isArray(value)) nested = true;
      else if (value !== null) lines.push(String(value));
    }
  };
  walk(document, '');
  return { text: lines.join('\n'), nested };
}

/** A plain value as text, for wildcards, regexes and words; fractions and very large numbers have no one spelling. */
export function memberText(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return Number.isInteger(value) && Math.abs(value as number) < 1e15 ? String(value) : undefined;
}
