import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { FieldsDraft } from '../draft.ts';
import { applyFields, parseLong } from '../setters.ts';
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
export function windowsDraft(record: WindowsRecord): FieldsDraft {
  const slug = channelSlug(record.channel);
  const event: JsonObject = { code: record.eventId };
  const fields: JsonObject = { event };
  if (record.provider !== undefined) event.provider = record.provider;
  if (record.message !== undefined) fields.message = record.message;
  if (record.computer !== undefined) fields.host = { name: record.computer };
  const level = record.level === undefined ? undefined : levels[record.level];
  if (level !== undefined) fields.log = { level };
  const known = meaningsOf.get(slug)?.get(record.eventId);
  const outcome = auditOutcome(record.keywords) ?? known?.outcome;
  if (known !== undefined) setMeaning(fields, event, known, record.eventData);
  if (outcome !== undefined) event.outcome = outcome;
  fields.winlog = { ...winlogFields(record), ...(isObject(fields.winlog) ? fields.winlog : undefined) };
  return { dataset: `windows.${slug}`, time: record.time, created: record.time, fields };
}

function setMeaning(fields: JsonObject, event: JsonObject, known: Meaning, data: JsonObject): void {
  event.category = [...known.category];
  event.type = [...known.type];
  event.action = known.action;
  applyFields(known.fields, data, fields);
  known.derive?.(fields, data);
}

function winlogFields(record: WindowsRecord): JsonObject {
  const winlog: JsonObject = { channel: record.channel, event_id: record.eventId };
  const add = (key: string, value: Json | undefined): void => {
    if (value !== undefined) winlog[key] = value;
  };
  add('provider_name', record.provider);
  add('provider_guid', record.providerGuid);
  add('computer_name', record.computer);
  add('record_id', record.recordId);
  add('level', record.level);
  add('task', record.task);
  add('opcode', record.opcode);
  add('version', record.version);
  add('keywords', record.keywords);
  add('activity_id', record.activityId);
  add('related_activity_id', record.relatedActivityId);
  add('process', processFields(record));
  add('user', record.user);
  if (Object.keys(record.eventData).length > 0) winlog.event_data = record.eventData;
  add('user_data', record.userData);
  return winlog;
}

function processFields({ processId, threadId }: WindowsRecord): JsonObject | undefined {
  const pid = processId === undefined ? undefined : parseLong(processId);
  const thread = threadId === undefined ? undefined : parseLong(threadId);
  if (pid === undefined && thread === undefined) return undefined;
  return {
    ...(pid === undefined ? {} : { pid }),
    ...(thread === undefined ? {} : { thread: { id: thread } }),
  };
}
