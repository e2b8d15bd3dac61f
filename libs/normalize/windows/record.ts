import type { Json, JsonObject } from '@tidewatch/event';
import { addOwn } from '../setters.ts';
import { isInMilliseconds } from '../time.ts';

/** A Windows event as every shipper's shape can say it, before ECS. Texts as the shipper wrote them. */
export interface WindowsRecord {
  readonly channel: string;
  readonly eventId: string;
  readonly provider: string | undefined;
  readonly providerGuid: string | undefined;
  readonly computer: string | undefined;
  readonly recordId: string | undefined;
  /** 1 critical … 5 verbose, 0 for audit events, as text. */
  readonly level: string | undefined;
  readonly task: string | undefined;
  readonly opcode: string | undefined;
  readonly version: string | undefined;
  /** The mask in hexadecimal, or the names. */
  readonly keywords: string | string[] | undefined;
  readonly processId: string | undefined;
  readonly threadId: string | undefined;
  readonly activityId: string | undefined;
  readonly relatedActivityId: string | undefined;
  /** Who logged it: `identifier` (SID), `name`, `domain`, `type`. */
  readonly user: JsonObject | undefined;
  /** Epoch milliseconds. */
  readonly time: number | undefined;
  /** The time as the record says it, where that is more than milliseconds. */
  readonly timeCreated?: string | undefined;
  readonly message: string | undefined;
  /** EventData, names and values verbatim, values as texts. */
  readonly eventData: JsonObject;
  readonly userData: JsonObject | undefined;
}

/** The text of a scalar; undefined for what is none. */
export function asText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A time of more than milliseconds, which Tidewatch's own times are. */
export const preciseTime = (time: Json | undefined): string | undefined =>
  typeof time !== 'string' || isInMilliseconds(time) ? undefined : time;

/** Names are joined up to this length; below a longer one, the JSON is kept as text instead of repeating the name. */
const maxJoinedName = 256;

/**
 * Copies event data with values as texts, in order: numbers and booleans by their JSON text, lists member by member,
 * null as null (a rule may ask for it), and what nests deeper by names joined with `_`.
 */
export function copyData(source: JsonObject, into: JsonObject, prefix = ''): JsonObject {
  for (const key of Object.keys(source)) {
    if (key === '#attributes') continue;
    const value = source[key] as Json;
    const name = prefix === '' ? key : `${prefix}_${key}`;
    if (typeof value === 'string') addOwn(into, name, value);
    else if (value === null) addOwn(into, name, null);
    else if (typeof value !== 'object') addOwn(into, name, String(value));
    else if (Array.isArray(value)) addOwn(into, name, value.map(asMember));
    else if (name.length > maxJoinedName) addOwn(into, name, JSON.stringify(value));
    else copyNested(value, name, into);
  }
  return into;
}

function copyNested(value: JsonObject, name: string, into: JsonObject): void {
  const text = value['#text'];
  if (text === undefined) {
    copyData(value, into, name);
    return;
  }
  addOwn(into, name, Array.isArray(text) ? text.map(asMember) : asMember(text));
}

const asMember = (value: Json): Json =>
  value === null || typeof value === 'string'
    ? value
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

const auditFailure = 1;
const auditSuccess = 2;

/**
 * What the keyword mask says of an audited attempt: bit 52 failure, bit 53 success (winmeta.xml,
 * WINEVENT_KEYWORD_AUDIT_FAILURE and _SUCCESS).
 */
export function auditOutcome(keywords: string): 'success' | 'failure' | undefined {
  if (!keywords.startsWith('0x')) return undefined;
  const nibble = Number.parseInt(keywords.slice(2).padStart(16, '0').charAt(2), 16);
  if ((nibble & auditFailure) !== 0) return 'failure';
  return (nibble & auditSuccess) !== 0 ? 'success' : undefined;
}
