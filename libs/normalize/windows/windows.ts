import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { WrittenDraft } from '../draft.ts';
import { relatedOf } from '../related.ts';
import { applyFields, parseLong } from '../setters.ts';
import { member, quote } from '../written.ts';
import { channelSlug, meaningsOf } from './channels.ts';
import type { Meaning } from './meaning.ts';
import { auditOutcome, type WindowsRecord } from './record.ts';

const levels: Readonly<Record<string, string>> = {
  '0': 'information',
  '1': 'critical',
  '2': 'error',
  '3': 'warning',
  '4': 'information',
  '5': 'verbose',
};

/** A Windows event of any shape to ECS: `winlog.*` holds what the source said, the rest what it means. */
export function windowsDraft(record: WindowsRecord): WrittenDraft {
  const { time, verbatim, message, computer } = record;
  const slug = channelSlug(record.channel);
  const known = meaningsOf.get(slug)?.get(record.eventId);
  const fields: JsonObject = {};
  if (computer !== undefined) fields.host = { name: computer };
  if (known !== undefined) {
    // Some providers have their names below UserData instead.
    if (record.userData !== undefined) applyFields(known.fields, record.userData, fields);
    applyFields(known.fields, record.eventData, fields);
  }
  known?.derive?.(fields, record.eventData);
  const { event, winlog } = fields;
  // JSON leaves out what is undefined, and an object without them takes a copy.
  fields.event = undefined as never;
  fields.winlog = undefined as never;
  return {
    dataset: `windows.${slug}`,
    time,
    created: time,
    written: {
      event: eventMembers(record, known, event),
      members:
        (verbatim?.message === undefined
          ? member('message', message, quote)
          : `,"message":${verbatim.message}`) +
        levelMember(record.level) +
        membersOf(fields) +
        winlogMember(record, winlog),
      related: relatedOf(fields),
      kind: known?.kind,
      complete: verbatim !== undefined,
    },
  };
}

/** Members of an object, each with a comma before it. */
function membersOf(object: object): string {
  const text = JSON.stringify(object);
  return text === '{}' ? '' : `,${text.slice(1, -1)}`;
}

function levelMember(level: string | undefined): string {
  const name = level === undefined ? undefined : levels[level];
  return name === undefined ? '' : `,"log":{"level":"${name}"}`;
}

/** @param own what the meaning's own code says of it */
function eventMembers(record: WindowsRecord, known: Meaning | undefined, own: Json | undefined): string {
  const outcome = auditOutcome(record.keywords) ?? known?.outcome;
  return (
    member('code', record.eventId, quote) +
    member('provider', record.provider, quote) +
    (isObject(own) ? membersOf({ ...known?.event, ...own }) : (known?.eventJson ?? '')) +
    (outcome === undefined ? '' : `,"outcome":"${outcome}"`)
  );
}

/** @param meant what the event's meaning puts there */
function winlogMember(record: WindowsRecord, meant: Json | undefined): string {
  const { keywords, user, userData, verbatim, eventData } = record;
  const data = verbatim === undefined ? jsonOf(eventData) : verbatim.eventData;
  return `,"winlog":{"channel":${quote(record.channel)}${
    member('event_id', record.eventId, quote) +
    member('provider_name', record.provider, quote) +
    member('provider_guid', record.providerGuid, quote) +
    member('computer_name', record.computer, quote) +
    member('record_id', record.recordId, quote) +
    member('level', record.level, quote) +
    member('task', record.task, quote) +
    member('opcode', record.opcode, quote) +
    member('version', record.version, quote) +
    (typeof keywords === 'object'
      ? `,"keywords":${JSON.stringify(keywords)}`
      : member('keywords', keywords, quote)) +
    member('activity_id', record.activityId, quote) +
    member('related_activity_id', record.relatedActivityId, quote) +
    member('time_created', record.timeCreated, quote) +
    processMember(record) +
    member('user', user && JSON.stringify(user), asJson) +
    (isObject(meant) ? membersOf(meant) : '') +
    member('event_data', data, asJson) +
    member('user_data', userData && JSON.stringify(userData), asJson)
  }}`;
}

const asJson = (text: string): string => text;

function jsonOf(object: JsonObject): string | undefined {
  const text = JSON.stringify(object);
  return text === '{}' ? undefined : text;
}

function processMember({ processId, threadId }: WindowsRecord): string {
  const pid = processId === undefined ? undefined : parseLong(processId);
  const thread = threadId === undefined ? undefined : parseLong(threadId);
  const members = `${pid === undefined ? '' : `,"pid":${pid}`}${thread === undefined ? '' : `,"thread":{"id":${thread}}`}`;
  return members === '' ? '' : `,"process":{${members.slice(1)}}`;
}
