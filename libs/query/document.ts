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

/** A dotted path that occurred: joined once, since a path's text is asked for at each of its leaves. */
interface Path {
  readonly path: string;
  /** What the paths below begin with. */
  readonly prefix: string;
  readonly below: Map<string, Path>;
}

const noPath = (): Path => ({ path: '', prefix: '', below: new Map() });
/** Paths are forgotten when there are more, so that made-up keys don't fill the memory. */
const maxPaths = 20_000;
let root = noPath();
let known = 0;

function pathBelow(parent: Path, key: string): Path {
  let child = parent.below.get(key);
  if (child === undefined) {
    const path = parent.prefix + key;
    child = { path, prefix: `${path}.`, below: new Map() };
    parent.below.set(key, child);
    known++;
  }
  return child;
}

/**
 * Walks a document once.
 *
 * @param onPath is told the dotted path of each leaf (arrays of plain values count as one), possibly more than once
 */
export function documentFacts(document: JsonObject, onPath?: (path: string) => void): DocumentFacts {
  if (known > maxPaths) {
    root = noPath();
    known = 0;
  }
  const lines: string[] = [];
  let nested = false;
  const walk = (object: JsonObject, at: Path): void => {
    for (const key in object) {
      const value = object[key] as Json;
      const child = pathBelow(at, key);
      if (isObject(value)) walk(value, child);
      else {
        onPath?.(child.path);
        if (typeof value === 'string') {
          if (child.path !== 'message' && child.path !== 'event.original') lines.push(value);
        } else if (Array.isArray(value)) array(value, child);
        else if (value !== null) lines.push(String(value));
      }
    }
  };
  const array = (values: readonly Json[], at: Path): void => {
    for (const value of values) {
      if (isObject(value)) {
        nested = true;
        walk(value, at);
      } else if (Array.isArray(value)) nested = true;
      else if (value !== null) lines.push(String(value));
    }
  };
  walk(document, root);
  return { text: lines.join('\n'), nested };
}

/** A plain value as text, for wildcards, regexes and words; fractions and very large numbers have no one spelling. */
export function memberText(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return Number.isInteger(value) && Math.abs(value as number) < 1e15 ? String(value) : undefined;
}
