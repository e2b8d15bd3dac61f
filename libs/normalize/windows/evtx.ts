import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { addOwn } from '../setters.ts';
import { parseTime } from '../time.ts';
import { asText, copyData, preciseTime, type WindowsRecord } from './record.ts';

/** Whether a document has the shape of `evtx_dump -o json`: XML as JSON, attributes under `#attributes`. */
export const isEvtx = (document: JsonObject): boolean =>
  isObject(document.Event) && isObject(document.Event.System);

/** Reads an event of evtx_dump (github.com/omerbenamram/evtx). */
export function readEvtx(document: JsonObject, { clock }: ParseContext): WindowsRecord {
  const event = document.Event as JsonObject;
  const system = event.System as JsonObject;
  const provider = attributes(system.Provider);
  const execution = attributes(system.Execution);
  const correlation = attributes(system.Correlation);
  const systemTime = attributes(system.TimeCreated).SystemTime;
  return {
    channel: content(system.Channel) ?? '',
    eventId: content(system.EventID) ?? '',
    provider: asText(provider.Name),
    providerGuid: asText(provider.Guid),
    computer: content(system.Computer),
    recordId: content(system.EventRecordID),
    level: content(system.Level),
    task: content(system.Task),
    opcode: content(system.Opcode),
    version: content(system.Version),
    keywords: content(system.Keywords),
    processId: asText(execution.ProcessID),
    threadId: asText(execution.ThreadID),
    activityId: asText(correlation.ActivityID),
    relatedActivityId: asText(correlation.RelatedActivityID),
    user: userOf(attributes(system.Security)),
    time: parseTime(systemTime, clock),
    timeCreated: preciseTime(systemTime),
    message: isObject(event.RenderingInfo) ? content(event.RenderingInfo.Message) : undefined,
    eventData: readEventData(event.EventData),
    userData: readUserData(event.UserData),
  };
}

const none: JsonObject = {};

function attributes(element: Json | undefined): JsonObject {
  return isObject(element) && isObject(element['#attributes']) ? element['#attributes'] : none;
}

/** The text of an element, which is wrapped where it has attributes: `{"#attributes": …, "#text": 4104}`. */
const content = (element: Json | undefined): string | undefined =>
  asText(isObject(element) ? element['#text'] : element);

function userOf(security: JsonObject): JsonObject | undefined {
  const identifier = asText(security.UserID);
  return identifier === undefined ? undefined : { identifier };
}

/** `<Data Name="x">` comes as a member of its own, or in a list under `Data`; without a name it stays under `Data`. */
function readEventData(data: Json | undefined): JsonObject {
  if (typeof data === 'string') return { Data: data };
  if (!isObject(data)) return {};
  const result: JsonObject = {};
  const { Data: unnamed, ...named } = data;
  if (unnamed !== undefined) readDataElements(Array.isArray(unnamed) ? unnamed : [unnamed], result);
  return copyData(named, result);
}

function readDataElements(elements: readonly Json[], into: JsonObject): void {
  const texts: Json[] = [];
  for (const element of elements) {
    const name = asText(attributes(element).Name);
    const value = isObject(element) ? (element['#text'] ?? null) : element;
    if (name !== undefined) addOwn(into, name, Array.isArray(value) ? value.map(text) : text(value));
    else if (Array.isArray(value)) texts.push(...value.map(text));
    else texts.push(text(value));
  }
  if (texts.length > 0) into.Data = texts.length === 1 ? (texts[0] as Json) : texts;
}

const text = (value: Json): Json => asText(value) ?? (value === null ? null : JSON.stringify(value));

/** UserData holds one element of the provider's own, whose name is kept as `xml_name` (as winlogbeat does). */
function readUserData(data: Json | undefined): JsonObject | undefined {
  if (!isObject(data)) return undefined;
  const result: JsonObject = {};
  for (const name of Object.keys(data)) {
    if (name === '#attributes') continue;
    const element = data[name];
    if (isObject(element)) copyData(element, Object.assign(result, { xml_name: name }));
    else copyData({ [name]: element as Json }, result);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}
