import { type Json, type JsonObject, setField } from '@tidewatch/event';
import type { FieldsDraft, ParseContext } from './draft.ts';
import { addOwn } from './setters.ts';
import { parseTime } from './time.ts';

const timeKeys = ['@timestamp', 'timestamp', 'time', 'ts', 'datetime', 'date', 'eventTime'] as const;

/** JSON of no known shape: kept as it is under `generic`, but for its message and its time. */
export function genericDocument(document: JsonObject, { hints, clock }: ParseContext): FieldsDraft {
  const generic: JsonObject = {};
  const fields: JsonObject = {};
  const time = firstTime(document, clock);
  for (const key of Object.keys(document)) {
    const value = document[key] as Json;
    if (key === 'message' && typeof value === 'string') fields.message = value;
    else if (key !== '@timestamp' || time === undefined) addOwn(generic, key, value);
  }
  if (Object.keys(generic).length > 0) fields.generic = generic;
  if (hints.path !== undefined) setField(fields, 'log.file.path', hints.path);
  return { dataset: hints.dataset ?? 'generic.json', time, fields };
}

function firstTime(document: JsonObject, clock: ParseContext['clock']): number | undefined {
  for (const key of timeKeys) {
    const time = Object.hasOwn(document, key) ? parseTime(document[key], clock) : undefined;
    if (time !== undefined) return time;
  }
  return undefined;
}

/** Text of no known shape: all of it is the message. */
export function genericText(line: string, { hints }: ParseContext): FieldsDraft {
  const fields: JsonObject = { message: line };
  if (hints.path !== undefined) fields.log = { file: { path: hints.path } };
  if (hints.peer !== undefined) fields.host = { name: hints.peer };
  return { dataset: hints.dataset ?? 'generic.text', time: undefined, fields };
}
