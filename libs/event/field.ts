import type { Json, JsonObject } from './event.ts';

/** Keys that must never be followed or created: they would reach prototypes. */
export function isHostileKey(key: string): boolean {
  // Asked of every key that comes from outside: nearly always its length is the answer.
  if (key.length === 9) return key === '__proto__' || key === 'prototype';
  return key.length === 11 && key === 'constructor';
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a dotted ECS path. Arrays of objects on the way yield an array of the members' values, as in OpenSearch.
 * Returns undefined where nothing is there.
 */
export function getField(object: JsonObject, path: string): Json | undefined {
  return read(object, path.split('.'), 0);
}

function read(value: Json | undefined, keys: readonly string[], from: number): Json | undefined {
  let current = value;
  for (let i = from; i < keys.length; i++) {
    if (Array.isArray(current)) {
      const members = current
        .map((member) => read(member, keys, i))
        .filter((member) => member !== undefined)
        .flat();
      return members.length === 0 ? undefined : members;
    }
    if (!isObject(current)) return undefined;
    const key = keys[i] as string;
    current = Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}

/**
 * Writes a dotted path, creating objects on the way. A value on the way that is not an object, or a hostile key,
 * is left alone and false is returned.
 */
export function setField(object: JsonObject, path: string, value: Json): boolean {
  const keys = path.split('.');
  if (keys.some(isHostileKey)) return false;
  let current = object;
  for (let i = 0; i < keys.length - 1; i++) {
    const key = keys[i] as string;
    const next = current[key];
    if (next === undefined) {
      const created: JsonObject = {};
      current[key] = created;
      current = created;
    } else if (isObject(next)) {
      current = next;
    } else {
      return false;
    }
  }
  current[keys[keys.length - 1] as string] = value;
  return true;
}

/** Every leaf of an event with its dotted path, arrays kept whole; order as in the object. */
export function* leaves(object: JsonObject, prefix = ''): Generator<[path: string, value: Json]> {
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (isObject(value)) yield* leaves(value, path);
    else yield [path, value];
  }
}
