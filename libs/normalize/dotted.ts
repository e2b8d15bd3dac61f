import { isObject, type Json, type JsonObject, jsonLimits } from '@tidewatch/event';
import { addOwn } from './setters.ts';

export type Expanded =
  | { readonly ok: true; readonly value: JsonObject; readonly refused: number }
  | { readonly ok: false };

/**
 * A document with `{"host.name": "a"}` written as `{"host": {"name": "a"}}`, at every level, as ECS allows both.
 * Where two spellings meet, objects are joined and otherwise the first value stays; the later one and hostile keys
 * are counted in `refused`. Not ok where the result would nest deeper than documents may.
 */
export function expandDotted(document: JsonObject): Expanded {
  const walk = { refused: 0, tooDeep: false };
  const value: JsonObject = {};
  merge(value, document, 0, walk);
  return walk.tooDeep ? { ok: false } : { ok: true, value, refused: walk.refused };
}

interface Walk {
  refused: number;
  tooDeep: boolean;
}

function merge(target: JsonObject, source: JsonObject, depth: number, walk: Walk): void {
  for (const key of Object.keys(source)) put(target, key, source[key] as Json, depth, walk);
}

function put(target: JsonObject, path: string, value: Json, depth: number, walk: Walk): void {
  if (depth > jsonLimits.depth) {
    walk.tooDeep = true;
    return;
  }
  const dot = path.indexOf('.');
  // A key such as `.` or `a.` has no empty names to offer: it stays one key, without its dots.
  const isPath = dot > 0 && dot < path.length - 1;
  const key = isPath ? path.slice(0, dot) : path.replaceAll('.', '_');
  const present = Object.hasOwn(target, key) ? target[key] : undefined;
  if (isPath || isObject(value)) {
    let inner = present;
    if (inner === undefined) {
      inner = {};
      if (!addOwn(target, key, inner)) walk.refused++;
    }
    if (!isObject(inner)) walk.refused++;
    else if (isPath) put(inner, path.slice(dot + 1), value, depth + 1, walk);
    else merge(inner, value as JsonObject, depth + 1, walk);
  } else if (present !== undefined || !addOwn(target, key, value)) walk.refused++;
}
