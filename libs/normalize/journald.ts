import { isObject, type Json, type JsonObject, type Outcome } from '@tidewatch/event';
import { type Draft, type ParseContext, withFields } from './draft.ts';
import { mapOutcome } from './parsers/offer.ts';
import { addOwn, objectAt, parseLong } from './setters.ts';
import { createSender } from './syslog/sender.ts';
import { syslogDraft } from './syslog/syslog.ts';
import { quote } from './written.ts';

/** Whether a document is an entry of systemd's journal, as its export and `journalctl -o json` have it. */
export const isJournal = (document: JsonObject): boolean =>
  document.__REALTIME_TIMESTAMP !== undefined &&
  (document.MESSAGE !== undefined || document.__CURSOR !== undefined);

/** Fields that went into ECS' own, or that only say where the journal keeps the entry. */
const placed = new Set(
  '__CURSOR __REALTIME_TIMESTAMP __MONOTONIC_TIMESTAMP __SEQNUM __SEQNUM_ID _SOURCE_REALTIME_TIMESTAMP MESSAGE PRIORITY SYSLOG_FACILITY SYSLOG_IDENTIFIER SYSLOG_PID SYSLOG_RAW SYSLOG_TIMESTAMP _HOSTNAME _MACHINE_ID _PID _COMM _EXE _CMDLINE _UID _GID'.split(
    ' ',
  ),
);

/**
 * An entry of the journal (systemd.journal-fields(7)): the message is read as the line that syslog would have been sent,
 * what the kernel vouches for (`_PID`, `_EXE`, …) goes to `process`, the unit to `systemd`, all else under `journald`.
 */
export function journalDraft(entry: JsonObject, context: ParseContext): Outcome<Draft> {
  const priority = numberOf(entry.PRIORITY);
  const facility = numberOf(entry.SYSLOG_FACILITY) ?? userFacility;
  const created = timeOf(entry.__REALTIME_TIMESTAMP);
  const time = timeOf(entry._SOURCE_REALTIME_TIMESTAMP) ?? created;
  const message = syslogDraft(
    {
      priority: priority === undefined || priority > 7 || facility > 23 ? undefined : facility * 8 + priority,
      time,
      sender: createSender(textOf(entry._HOSTNAME), textOf(entry.SYSLOG_IDENTIFIER) ?? textOf(entry._COMM)),
      procid: textOf(entry.SYSLOG_PID) ?? textOf(entry._PID),
      message: textOf(entry.MESSAGE) ?? '',
    },
    context,
    quote,
  );
  return mapOutcome(message, (written) => {
    const draft = withFields(written);
    const { fields } = draft;
    setProcess(fields, entry);
    const machine = textOf(entry._MACHINE_ID);
    if (machine !== undefined) objectAt(fields, 'host').id = machine;
    setOthers(fields, entry);
    const dataset =
      draft.dataset === 'linux.syslog' ? (context.hints.dataset ?? 'linux.journald') : draft.dataset;
    return { ...draft, dataset, time, created };
  });
}

/** journald's default, `LOG_USER`. */
const userFacility = 1;

function setProcess(fields: JsonObject, entry: JsonObject): void {
  const process = objectAt(fields, 'process');
  const pid = numberOf(entry._PID);
  if (pid !== undefined) process.pid = pid;
  const rows = [
    ...(process.name === undefined ? ([['name', entry._COMM]] as const) : []),
    ['executable', entry._EXE],
    ['command_line', entry._CMDLINE],
  ] as const;
  for (const [key, value] of rows) {
    const text = textOf(value);
    if (text !== undefined) process[key] = text;
  }
  // Not the event's user: who logs in is in the message, and sshd's own is root.
  const user = textOf(entry._UID);
  if (user !== undefined) process.user = { id: user };
  const group = textOf(entry._GID);
  if (group !== undefined) process.group = { id: group };
  if (Object.keys(process).length === 0) delete fields.process;
}

const unit = /^_SYSTEMD_(?=[A-Z])/;

function setOthers(fields: JsonObject, entry: JsonObject): void {
  const others: JsonObject = {};
  const systemd: JsonObject = {};
  for (const name of Object.keys(entry)) {
    const value = entry[name] as Json;
    if (placed.has(name)) continue;
    if (unit.test(name)) addOwn(systemd, name.replace(unit, '').toLowerCase(), readable(value));
    else addOwn(others, name, readable(value));
  }
  if (Object.keys(systemd).length > 0) Object.assign(objectAt(fields, 'systemd'), systemd);
  if (Object.keys(others).length > 0) fields.journald = others;
}

const isBytes = (value: readonly Json[]): value is number[] =>
  value.every((byte) => typeof byte === 'number');

const readable = (value: Json): Json =>
  Array.isArray(value) && !isBytes(value)
    ? value.map((each) => textOf(each) ?? each)
    : (textOf(value) ?? value);

/** The text of a value: of the first where there are several, and of bytes as far as they are text. */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return isBytes(value) ? Buffer.from(value).toString() : textOf(value[0]);
  if (isObject(value) && typeof value.base64 === 'string')
    return Buffer.from(value.base64, 'base64').toString();
  return undefined;
}

const numberOf = (value: Json | undefined): number | undefined => parseLong(textOf(value) ?? '');

/** The journal counts microseconds since 1970. */
function timeOf(value: Json | undefined): number | undefined {
  const text = textOf(value);
  return text !== undefined && /^\d{1,17}$/.test(text) ? Math.floor(Number(text) / 1_000) : undefined;
}
