import type { Json, JsonObject } from '@tidewatch/event';
import { openArray } from '@tidewatch/event/json_bytes';
import type { WrittenDraft } from '../draft.ts';
import { parseLong } from '../setters.ts';
import { quote } from '../written.ts';
import { channelSlug, meaningsOf } from './channels.ts';
import { EventFields, field } from './event_fields.ts';
import type { Meaning } from './meaning.ts';
import { auditOutcome, type WindowsRecord } from './record.ts';
import { textOf } from './setters.ts';
import { winlog } from './winlog.ts';

const code = field('event.code');
const provider = field('event.provider');
const outcome = field('event.outcome');
const hostName = field('host.name');
export const logLevel = field('log.level');

const levels: ReadonlyMap<string | undefined, string> = new Map(
  ['information', 'critical', 'error', 'warning', 'information', 'verbose'].map((name, level) => [
    `"${level}"`,
    `"${name}"`,
  ]),
);

/** An event of which `winlog.*` and `message` are in place. */
export interface WindowsEvent {
  readonly fields: EventFields;
  /** The channel's part of the data set. */
  readonly slug: string;
  readonly meaning: Meaning | undefined;
  /** Epoch milliseconds. */
  readonly time: number | undefined;
  /** What the meaning asks for, as JSON: of the event data, and of the user data. */
  readonly values: readonly (string | undefined)[];
  readonly userValues?: readonly (string | undefined)[];
}

/** A Windows event of any shape to ECS: `winlog.*` holds what the source said, the rest what it means. */
export function windowsDraft(record: WindowsRecord): WrittenDraft {
  const event = eventOf(record);
  addMeaning(event);
  return draftOf(event, { complete: false });
}

/** Puts what the event means beside what its source said. */
export function addMeaning({ fields, meaning, values, userValues }: WindowsEvent): void {
  fields.set(code, fields.get(winlog.eventId));
  fields.set(provider, fields.get(winlog.provider));
  fields.set(hostName, fields.get(winlog.computer));
  fields.set(logLevel, levels.get(fields.get(winlog.level)));
  if (meaning !== undefined) {
    meaning.mark(fields);
    // Some providers have their names below UserData instead.
    if (userValues !== undefined) meaning.fill(fields, userValues);
    meaning.fill(fields, values);
    meaning.derive(fields, values);
  }
  const result = outcomeOf(fields.get(winlog.keywords)) ?? meaning?.outcome;
  if (result !== undefined) fields.set(outcome, `"${result}"`);
}

/** What there is to an event beside its fields. */
export interface Beside {
  /** Whether the fields are all that the record says. */
  readonly complete: boolean;
  /** When the source wrote it, epoch milliseconds; else when it happened. */
  readonly created?: number | undefined;
  /** `event.kind`, where its meaning has none, and `tags`, as JSON. */
  readonly kind?: string | undefined;
  readonly tags?: string | undefined;
}

export function draftOf(
  { fields, slug, meaning, time }: WindowsEvent,
  { complete, created, kind, tags }: Beside,
): WrittenDraft {
  return {
    dataset: `windows.${slug}`,
    time,
    created: created ?? time,
    written: {
      event: fields.eventMembers(),
      members: fields.members(),
      related: fields.related(),
      kind: meaning?.kind ?? kind,
      tags,
      complete,
    },
  };
}

/** @param keywords as JSON */
function outcomeOf(keywords: string | undefined): Meaning['outcome'] {
  if (keywords === undefined) return undefined;
  if (keywords.charCodeAt(0) !== openArray) return auditOutcome(textOf(keywords));
  if (keywords.includes('"Audit Failure"')) return 'failure';
  return keywords.includes('"Audit Success"') ? 'success' : undefined;
}

function eventOf(record: WindowsRecord): WindowsEvent {
  const { eventId, eventData, userData } = record;
  const slug = channelSlug(record.channel);
  const meaning = meaningsOf.get(slug)?.get(eventId);
  const asked = (data: JsonObject) => (meaning?.asks ?? []).map((name) => jsonOf(data[name] ?? undefined));
  return {
    fields: fieldsOf(record),
    slug,
    meaning,
    time: record.time,
    values: asked(eventData),
    ...(userData === undefined ? {} : { userValues: asked(userData) }),
  };
}

function fieldsOf(record: WindowsRecord): EventFields {
  const fields = new EventFields();
  for (const name of plain) {
    const text = record[name];
    if (text !== undefined) fields.set(winlog[name], quote(text));
  }
  for (const name of ['processId', 'threadId'] as const) {
    const number = parseLong(record[name] ?? '');
    if (number !== undefined) fields.set(winlog[name], String(number));
  }
  for (const name of ['keywords', 'user', 'userData'] as const)
    fields.set(winlog[name], jsonOf(record[name]));
  if (Object.keys(record.eventData).length > 0) fields.set(winlog.eventData, jsonOf(record.eventData));
  return fields;
}

const plain = [
  ...(['message', 'channel', 'eventId', 'provider', 'providerGuid', 'computer', 'recordId'] as const),
  ...(['level', 'task', 'opcode', 'version', 'activityId', 'relatedActivityId', 'timeCreated'] as const),
];

const jsonOf = (value: Json | undefined): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? quote(value) : JSON.stringify(value);
