import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { IndicatorKind } from './enrichers.ts';
import { confidenceOf, factsFrom, isoTime, textOf, timeOf, tlpOf } from './facts.ts';
import type { Indicator } from './indicator.ts';

/**
 * Indicators of a STIX 2.1 bundle (OASIS, section 4.7), or of a list of its objects. Of several versions of one only the
 * newest counts. What is revoked gives none. Throws a sentence for people where it is no such document.
 *
 * @param onUnfit called for each whose pattern is more than comparisons with `OR` between them: to take a part of it
 *   would warn of what the feed does not mean
 */
export function* readStix(document: Json, onUnfit: () => void): Generator<Indicator> {
  const objects = Array.isArray(document) ? document : isObject(document) ? document.objects : undefined;
  if (!Array.isArray(objects)) throw new TypeError('is no STIX bundle: it has no list of `objects`');
  const names = new Map<string, string>();
  const markings = new Map<string, string>();
  const newest = new Map<string, JsonObject>();
  for (const object of objects) {
    if (!isObject(object) || typeof object.id !== 'string') continue;
    if (object.type === 'identity' && typeof object.name === 'string') names.set(object.id, object.name);
    else if (object.type === 'marking-definition') noteMarking(object, markings);
    else if (object.type === 'indicator') {
      const before = newest.get(object.id);
      if (before === undefined || (timeOf(object.modified) ?? 0) >= (timeOf(before.modified) ?? 0))
        newest.set(object.id, object);
    }
  }
  for (const object of newest.values()) {
    if (object.revoked === true) continue;
    const type = object.pattern_type ?? 'stix';
    const values = type === 'stix' ? readPattern(object.pattern) : [];
    if (values.length === 0) onUnfit();
    const facts = factsOf(object, names, markings);
    const said = timeOf(object.modified) ?? timeOf(object.valid_from);
    for (const { kind, value } of values)
      yield { kind, value, expires: timeOf(object.valid_until), said, facts };
  }
}

function noteMarking(object: JsonObject, markings: Map<string, string>): void {
  const { definition } = object;
  const level = tlpOf(isObject(definition) ? definition.tlp : undefined) ?? tlpOf(object.name);
  if (level !== undefined) markings.set(object.id as string, level);
}

function factsOf(
  object: JsonObject,
  names: ReadonlyMap<string, string>,
  markings: ReadonlyMap<string, string>,
): JsonObject {
  const references = Array.isArray(object.external_references) ? object.external_references : [];
  const reference = references.find((one) => isObject(one) && typeof one.url === 'string') as
    | JsonObject
    | undefined;
  const marked = Array.isArray(object.object_marking_refs) ? object.object_marking_refs : [];
  const tlp = marked.map((id) => markings.get(String(id))).find((level) => level !== undefined);
  return factsFrom({
    id: textOf(object.id),
    description: textOf(object.description) ?? textOf(object.name),
    provider: names.get(String(object.created_by_ref)),
    confidence: confidenceOf(object.confidence),
    first_seen: isoTime(object.valid_from),
    modified_at: isoTime(object.modified),
    reference: textOf(reference?.url),
    tlp,
  });
}

interface Compared {
  readonly kind: IndicatorKind;
  readonly value: string;
}

/** Object paths that are understood; hashes by the names that feeds write them with. */
const paths: readonly (readonly [path: RegExp, kind: IndicatorKind])[] = [
  [/^ipv[46]-addr:value$/, 'ip'],
  [/^domain-name:value$/, 'domain'],
  [/^url:value$/, 'url'],
  [/^email-addr:value$/, 'email'],
  [/^email-message:(?:from|sender)_ref\.value$/, 'email'],
  [/^(?:file|artifact):hashes\.(?:MD5|'MD5'|SHA-?1|'SHA-?1'|SHA-?256|'SHA-?256')$/i, 'hash'],
];

const token =
  /\s*(?:(?<string>'(?:[^'\\]|\\.){0,16384}')|(?<path>[a-z][a-z\d-]{0,60}:(?:[\w.-]|'[^'\\]{1,60}'){1,120})|(?<word>OR|IN|ISSUBSET)\b|(?<sign>[[\](),=]))/y;

/** What a pattern of comparisons compares with; empty where it says more than that, or nothing that is understood. */
export function readPattern(pattern: Json | undefined): readonly Compared[] {
  if (typeof pattern !== 'string' || pattern.length > 65_536) return [];
  const values: Compared[] = [];
  token.lastIndex = 0;
  let open = 0;
  let kind: IndicatorKind | undefined;
  let isCompared = false;
  let end = 0;
  while (end < pattern.trimEnd().length) {
    const groups = token.exec(pattern)?.groups;
    if (groups === undefined) return [];
    end = token.lastIndex;
    const { string, path, sign, word } = groups;
    if (path !== undefined) {
      kind = paths.find(([known]) => known.test(path))?.[1];
      isCompared = false;
    } else if (string !== undefined) {
      if (!isCompared) return [];
      if (kind !== undefined) values.push({ kind, value: unescaped(string) });
    } else if (sign === '=' || word === 'IN' || word === 'ISSUBSET') isCompared = true;
    else if (sign === '[' || sign === '(') open++;
    else if ((sign === ']' || sign === ')') && --open < 0) return [];
  }
  return open === 0 ? values : [];
}

const unescaped = (string: string): string => string.slice(1, -1).replace(/\\(.)/gs, '$1');
