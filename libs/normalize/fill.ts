import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { addOwn } from './setters.ts';

/** Adds to `target` what `source` has and it lacks, object by object. */
export function fillFrom(target: JsonObject, source: JsonObject): JsonObject {
  for (const key of Object.keys(source)) {
    const value = source[key] as Json;
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (present === undefined) addOwn(target, key, value);
    else if (isObject(present) && isObject(value)) fillFrom(present, value);
  }
  return target;
}
