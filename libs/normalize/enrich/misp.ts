import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { IndicatorKind } from './enrichers.ts';
import { factsFrom, isoTime, textOf, timeOf, tlpOf } from './facts.ts';
import type { Indicator } from './indicator.ts';

/** Attribute types that are understood: what the parts of the value are, which a `|` separates; undefined is passed over. */
const types: ReadonlyMap<string, readonly (IndicatorKind | undefined)[]> = new Map<
  string,
  readonly (IndicatorKind | undefined)[]
>([
  ['ip-src', ['ip']],
  ['ip-dst', ['ip']],
  ['ip-src|port', ['ip', undefined]],
  ['ip-dst|port', ['ip', undefined]],
  ['domain', ['domain']],
  ['hostname', ['domain']],
  ['hostname|port', ['domain', undefined]],
  ['domain|ip', ['domain', 'ip']],
  ['url', ['url']],
  ['uri', ['url']],
  ['md5', ['hash']],
  ['sha1', ['hash']],
  ['sha256', ['hash']],
  ['filename|md5', [undefined, 'hash']],
  ['filename|sha1', [undefined, 'hash']],
  ['filename|sha256', [undefined, 'hash']],
  ['malware-sample', [undefined, 'hash']],
  ['email', ['email']],
  ['email-src', ['email']],
  ['email-dst', ['email']],
  ['email-reply-to', ['email']],
]);

/**
 * Indicators of a MISP export: what `/events/restSearch` and `/attributes/restSearch` answer as JSON, one event, a list
 * of events, or an event's file of a MISP feed. Only attributes count that are meant for detection (`to_ids`). Throws a
 * sentence for people where it is no such document.
 *
 * @param onUnfit called for each such attribute of another type
 */
export function* readMisp(document: Json, onUnfit: () => void): Generator<Indicator> {
  const response = isObject(document) && document.response !== undefined ? document.response : document;
  const parts = Array.isArray(response) ? response : [response];
  const known = parts.filter(
    (part) => isObject(part) && (isObject(part.Event) || Array.isArray(part.Attribute)),
  );
  if (known.length === 0 && parts.length > 0)
    throw new TypeError('is no MISP export: it has neither an `Event` nor a list `Attribute`');
  for (const part of known as JsonObject[])
    for (const attribute of attributesOf(isObject(part.Event) ? part.Event : part))
      yield* readAttribute(attribute, isObject(part.Event) ? part.Event : undefined, onUnfit);
}

function* attributesOf(part: JsonObject): Generator<JsonObject> {
  for (const attribute of listOf(part.Attribute)) yield attribute;
  for (const object of listOf(part.Object))
    if (object.deleted !== true) for (const attribute of listOf(object.Attribute)) yield attribute;
}

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

function* readAttribute(
  attribute: JsonObject,
  given: JsonObject | undefined,
  onUnfit: () => void,
): Generator<Indicator> {
  const isMeant = attribute.to_ids === true || attribute.to_ids === '1' || attribute.to_ids === 1;
  if (!isMeant || attribute.deleted === true || attribute.deleted === '1') return;
  const event = given ?? (isObject(attribute.Event) ? attribute.Event : {});
  const { value } = attribute;
  const kinds = types.get(String(attribute.type));
  if (kinds === undefined || typeof value !== 'string') return onUnfit();
  const facts = factsFrom({
    id: textOf(attribute.uuid),
    description: textOf(attribute.comment) ?? textOf(event.info),
    provider: isObject(event.Orgc) ? textOf(event.Orgc.name) : undefined,
    first_seen: isoTime(attribute.first_seen),
    last_seen: isoTime(attribute.last_seen),
    modified_at: isoTime(attribute.timestamp),
    tlp: [...listOf(attribute.Tag), ...listOf(event.Tag)]
      .map(({ name }) => tlpOf(name))
      .find((level) => level !== undefined),
  });
  const said = timeOf(attribute.last_seen) ?? timeOf(attribute.timestamp);
  const parts = kinds.length === 1 ? [value] : value.split('|');
  for (const [i, kind] of kinds.entries())
    if (kind !== undefined) yield { kind, value: parts[i] ?? '', said, facts };
}
