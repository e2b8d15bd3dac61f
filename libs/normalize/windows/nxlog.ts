import type { Json, JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { addOwn } from '../setters.ts';
import { parseTime } from '../time.ts';
import { asText, copyData, type WindowsRecord } from './record.ts';

/** Whether a document is a flat Windows event: the id, and a channel, provider or computer beside it. */
export const isFlat = (document: JsonObject): boolean =>
  /^\d{1,5}$/.test(asText(document.EventID) ?? '') &&
  ['Channel', 'SourceName', 'Provider_Name', 'ProviderName'].some((key) => typeof document[key] === 'string');

/** nxlog (im_msvistalog) writes the type of the log entry over a field of the event's own that has the same name. */
const entryTypes = new Set([
  'AUDIT_SUCCESS',
  'AUDIT_FAILURE',
  'INFO',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'VERBOSE',
  'DEBUG',
]);

/** What nxlog and collectors put beside the event's own data; all else is event data. */
const envelope = new Set([
  ...[
    '@timestamp',
    '@version',
    'ActivityID',
    'Category',
    'Channel',
    'Computer',
    'ERROR_EVT_UNRESOLVED',
    'EventID',
  ],
  ...[
    'EventReceivedTime',
    'EventTime',
    'EventTypeOrignal',
    'ExecutionProcessID',
    'Hostname',
    'Keywords',
    'Level',
  ],
  ...['Message', 'Opcode', 'OpcodeValue', 'ProviderGuid', 'ProviderName', 'Provider_Name', 'Provider_Guid'],
  ...['RecordNumber', 'EventRecordID', 'RelatedActivityID', 'Severity', 'SeverityValue', 'SourceModuleName'],
  ...['SourceModuleType', 'SourceName', 'Task', 'ThreadID', 'TimeCreated', 'Version', 'host', 'port', 'tags'],
  ...['AccountType', 'UserID'],
]);

/** Reads an event in nxlog's flat shape, where system fields and event data stand side by side. */
export function readFlat(document: JsonObject, { clock }: ParseContext): WindowsRecord {
  const isNxlog = document.SourceModuleType !== undefined || document.EventReceivedTime !== undefined;
  const entryType = asText(document.EventType);
  const eventData = readEventData(document, isNxlog);
  return {
    channel: asText(document.Channel) ?? '',
    eventId: asText(document.EventID) ?? '',
    provider: asText(document.SourceName) ?? asText(document.Provider_Name) ?? asText(document.ProviderName),
    providerGuid: asText(document.ProviderGuid) ?? asText(document.Provider_Guid),
    computer: asText(document.Hostname) ?? asText(document.Computer),
    recordId: asText(document.RecordNumber) ?? asText(document.EventRecordID),
    level: asText(document.Level) ?? levelOf(asText(document.Severity)),
    task: asText(document.Task),
    opcode: asText(document.Opcode) ?? asText(document.OpcodeValue),
    version: asText(document.Version),
    keywords: keywordsOf(document.Keywords, entryType),
    processId: asText(document.ExecutionProcessID),
    threadId: asText(document.ThreadID),
    activityId: asText(document.ActivityID),
    relatedActivityId: asText(document.RelatedActivityID),
    user: userOf(document),
    time:
      parseTime(document['@timestamp'], clock) ??
      parseTime(document.TimeCreated, clock) ??
      parseTime(document.EventTime, clock),
    message: asText(document.Message),
    eventData,
    userData: undefined,
  };
}

function readEventData(document: JsonObject, isNxlog: boolean): JsonObject {
  const own: JsonObject = {};
  for (const key of Object.keys(document)) {
    if (envelope.has(key) || (key === 'Domain' && isNxlog && document.UserID !== undefined)) continue;
    addOwn(own, key, document[key] as Json);
  }
  const type = asText(own.EventType);
  if (type !== undefined && entryTypes.has(type)) {
    delete own.EventType;
    const real = /^EventType: (\w{1,64})\s*$/m.exec(asText(document.Message) ?? '')?.[1];
    if (real !== undefined) own.EventType = real;
  }
  return copyData(own, {});
}

/** nxlog writes the 64-bit mask as a signed number, which JSON rounds; the audit bits are among the highest and survive. */
function keywordsOf(keywords: Json | undefined, entryType: string | undefined): WindowsRecord['keywords'] {
  if (entryType === 'AUDIT_FAILURE') return ['Audit Failure'];
  if (entryType === 'AUDIT_SUCCESS') return ['Audit Success'];
  if (typeof keywords !== 'number') return asText(keywords);
  if (!Number.isInteger(keywords)) return undefined;
  return `0x${BigInt.asUintN(64, BigInt(keywords)).toString(16)}`;
}

const levels: Readonly<Record<string, string>> = {
  CRITICAL: '1',
  ERROR: '2',
  WARNING: '3',
  INFO: '4',
  DEBUG: '5',
};

const levelOf = (severity: string | undefined): string | undefined =>
  severity !== undefined && Object.hasOwn(levels, severity) ? levels[severity] : undefined;

function userOf(document: JsonObject): JsonObject | undefined {
  const identifier = asText(document.UserID);
  if (identifier === undefined) return undefined;
  const user: JsonObject = { identifier };
  for (const [key, name] of [
    ['AccountName', 'name'],
    ['Domain', 'domain'],
    ['AccountType', 'type'],
  ] as const) {
    const value = asText(document[key]);
    if (value !== undefined) user[name] = value;
  }
  return user;
}
