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
  if (text.length > briefly) {
    const excess = excessOf(text, jsonLimits);
    if (excess !== undefined) return refused[excess];
  }
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { ok: false, reason: 'invalid_json', message: (error as Error).message };
  }
  const walk: Walk = { fields: 0, hostileKeys: 0, dotted: false, tooDeep: false };
  inspect(value, 0, walk);
  if (walk.tooDeep) return refused.too_deep;
  if (walk.fields > jsonLimits.fields) return refused.too_wide;
  const { hostileKeys, dotted } = walk;
  return { ok: true, value, hostileKeys, dotted };
}

/** Characters that are parsed in no time whatever they hold. */
const briefly = 16_384;

const refused = {
  too_deep: {
    ok: false,
    reason: 'too_deep',
    message: `The document nests deeper than ${jsonLimits.depth} levels.`,
  },
  too_wide: {
    ok: false,
    reason: 'too_wide',
    message: `The document has more than ${jsonLimits.fields} fields.`,
  },
} as const satisfies Record<string, ParsedJson>;

/**
 * Which limit a JSON text breaks, told in one look over it: to parse a megabyte of brackets or names takes hundreds of
 * times as long. What is no JSON may be taken for either.
 */
export function excessOf(
  text: string,
  { depth, fields }: { readonly depth: number; readonly fields: number },
): 'too_deep' | 'too_wide' | undefined {
  let level = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBrace:
      case openBracket:
        if (++level > depth) return 'too_deep';
        break;
      case closeBrace:
      case closeBracket:
        level--;
        break;
      case colon:
        if (++members > fields) return 'too_wide';
    }
  }
  return undefined;
}

const [quote, openBrace, closeBrace, openBracket, closeBracket, colon, backslash] = [...'"{}[]:\\'].map(
  (character) => character.charCodeAt(0),
);

/** Where a string ends that begins at a place; the text's end where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === backslash) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
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
    if (++walk.fields > jsonLimits.fields) return;
    if (isHostileKey(key)) {
      delete value[key];
      walk.hostileKeys++;
      continue;
    }
    if (key.includes('.')) walk.dotted = true;
    inspect(value[key] as Json, depth + 1, walk);
  }
}
