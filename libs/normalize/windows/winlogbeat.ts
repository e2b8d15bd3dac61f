import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { parseTime } from '../time.ts';
import { asText, copyData, type WindowsRecord } from './record.ts';

/** Whether a document, its dotted keys expanded, is winlogbeat's (or Elastic Agent's) Windows event. */
export const isWinlogbeat = (document: JsonObject): boolean =>
  isObject(document.winlog) &&
  (document.winlog.event_id !== undefined || document.winlog.channel !== undefined);

/** Reads winlogbeat's `winlog.*` (versions 7 to 9). */
export function readWinlogbeat(document: JsonObject, { clock }: ParseContext): WindowsRecord {
  const winlog = document.winlog as JsonObject;
  const process = objectOr(winlog.process);
  const event = objectOr(document.event);
  return {
    channel: asText(winlog.channel) ?? '',
    eventId: asText(winlog.event_id) ?? asText(event.code) ?? '',
    provider: asText(winlog.provider_name) ?? asText(event.provider),
    providerGuid: asText(winlog.provider_guid),
    computer: asText(winlog.computer_name),
    recordId: asText(winlog.record_id),
    level: asText(winlog.level),
    task: asText(winlog.task),
    opcode: asText(winlog.opcode),
    version: asText(winlog.version),
    keywords: keywordsOf(winlog.keywords),
    processId: asText(process.pid),
    threadId: asText(objectOr(process.thread).id),
    activityId: asText(winlog.activity_id),
    relatedActivityId: asText(winlog.related_activity_id),
    user: isObject(winlog.user) ? winlog.user : undefined,
    time: parseTime(document['@timestamp'], clock),
    message: asText(document.message),
    eventData: copyData(objectOr(winlog.event_data), {}),
    userData: isObject(winlog.user_data) ? copyData(winlog.user_data, {}) : undefined,
  };
}

const objectOr = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

const keywordsOf = (keywords: Json | undefined): WindowsRecord['keywords'] =>
  Array.isArray(keywords) ? keywords.filter((word) => typeof word === 'string') : asText(keywords);
