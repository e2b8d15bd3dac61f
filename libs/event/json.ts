import type { Json } from './event.ts';
import { isHostileKey } from './field.ts';

/** Limits of one document, so that no sender can make the process deep, wide or slow. */
export const jsonLimits = { depth: 32, fields: 2_000 } as const;

export type ParsedJson =
  | {
      readonly ok: true;
      readonly value: Json;
      readonly hostileKeys: number;
      /** Whether a name has a dot in it. */
      readonly dotted: boolean;
    }
  | {
      readonly ok: false;
      readonly reason: 'invalid_json' | 'too_deep' | 'too_wide';
      readonly message: string;
    };

/**
 * Parses one JSON document from outside. Keys that could reach prototypes (`__proto__`, `constructor`,
 * `prototype`) are removed and counted; documents deeper or wider than {@link jsonLimits} are refused.
 */
export function parseJson(text: string): ParsedJson {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { ok: false, reason: 'invalid_json', message: (error as Error).message };
  }
  const walk: Walk = { fields: 0, hostileKeys: 0, dotted: false, tooDeep: false };
  inspect(value, 0, walk);
  if (walk.tooDeep)
    return {
      ok: false,
      reason: 'too_deep',
      message: `The document nests deeper than ${jsonLimits.depth} levels.`,
    };
  if (walk.fields > jsonLimits.fields)
    return {
      ok: false,
      reason: 'too_wide',
      message: `The document has more than ${jsonLimits.fields} fields.`,
    };
  const { hostileKeys, dotted } = walk;
  return { ok: true, value, hostileKeys, dotted };
}

interface Walk {
  fields: number;
  hostileKeys: number;
  dotted: boolean;
  tooDeep: boolean;
}

function inspect(value: Json, depth: number, walk: Walk): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= jsonLimits.depth) {
    walk.tooDeep = true;
    return;
  }
  if (Array.isArray(value)) {
    for (const member of value) inspect(member, depth + 1, walk);
    return;
  }
  for (const key in value) {
    if (isHostileKey(key)) {
      delete value[key];
      walk.hostileKeys++;
      continue;
    }
    if (++walk.fields > jsonLimits.fields) return;
    if (key.includes('.')) walk.dotted = true;
    inspect(value[key] as Json, depth + 1, walk);
  }
}
