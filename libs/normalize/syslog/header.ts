import type { JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import {
  isClockTime,
  isDate,
  milliseconds,
  monthOf,
  newestYear,
  parseTime,
  type WallClock,
  zoneMs,
} from '../time.ts';
import { createSender, recentSender, rememberSender, type Sender } from './sender.ts';
import { readStructuredData } from './structured_data.ts';

/** What stands before a syslog message. Absent parts are undefined. */
export interface SyslogHeader {
  /** PRI, 0–191: facility × 8 + severity. */
  readonly priority?: number | undefined;
  /** `1` for RFC 5424. */
  readonly version?: string | undefined;
  /** Epoch milliseconds. */
  readonly time?: number | undefined;
  readonly sender: Sender;
  readonly procid?: string | undefined;
  readonly msgid?: string | undefined;
  readonly structuredData?: JsonObject | undefined;
  readonly message: string;
}

const pri = /^<(\d{1,3})>/;
const lessThan = 60;

/**
 * Reads a line of RFC 5424, or of the older kind that RFC 3164 describes: with or without PRI, with or without year
 * and zone, or with an RFC 3339 stamp as rsyslog writes to files. What can't be read stays in the message.
 */
export function readHeader(line: string, context: ParseContext): SyslogHeader {
  const match = line.charCodeAt(0) === lessThan ? pri.exec(line) : null;
  if (match === null || Number(match[1]) > 191) return readOlder(line, undefined, context);
  const priority = Number(match[1]);
  const rest = line.slice(match[0].length);
  if (rest.startsWith('1 ')) {
    const header = readRfc5424(rest, priority, context);
    if (header !== undefined) return header;
  }
  return readOlder(rest, priority, context);
}

const rfc5424 = /^1 (\S{1,64}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,128}) (?=[-[])/;

function readRfc5424(rest: string, priority: number, context: ParseContext): SyslogHeader | undefined {
  const match = rfc5424.exec(rest);
  if (match === null) return undefined;
  const [head, stamp = '', hostname, appname, procid, msgid] = match;
  const data = readStructuredData(rest, head.length);
  if (data === undefined) return undefined;
  const message = rest
    .slice(data.end)
    .replace(/^ /, '')
    .replace(/^\ufeff/, '');
  return {
    priority,
    version: '1',
    time: parseTime(stamp, context.clock),
    sender: createSender(given(hostname), given(appname)),
    procid: given(procid),
    msgid: given(msgid),
    structuredData: data.value,
    message,
  };
}

const given = (value: string | undefined): string | undefined => (value === '-' ? undefined : value);

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) /;
const bsd =
  /^[*.]?([A-Z][a-z]{2}) ([ \d]\d) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (\d{4})(?= ))?(?: (UTC|GMT|Z|CET|CEST|EET|EEST|MSK|EST|EDT|MST|MDT|PST|PDT|[+-]\d\d:?\d\d)(?=:? ))?:? /;

/** Hours east of UTC of the zone names that are not ambiguous. */
export const zoneHours: Readonly<Record<string, number>> = {
  ...{ CET: 1, CEST: 2, EET: 2, EEST: 3, MSK: 3 },
  ...{ EST: -5, EDT: -4, MST: -7, MDT: -6, PST: -8, PDT: -7 },
};

/** Cisco's devices number their lines: `45: *Nov 21 09:08:01.250: %SYS-5-…`. */
const sequence = /^\d{1,12}: (?=\S)/;

function readOlder(line: string, priority: number | undefined, context: ParseContext): SyslogHeader {
  const rest = priority !== undefined && isDigit(line.charCodeAt(0)) ? line.replace(sequence, '') : line;
  const stamp = readStamp(rest, context);
  if (stamp === undefined) return readTag(rest, false, priority);
  const named = rest.slice(stamp.text.length);
  return readKnown(named, priority, stamp.time) ?? readTag(named, true, priority, stamp.time);
}

/** A stamp with the blank after it. */
interface Stamp {
  readonly text: string;
  readonly time: number | undefined;
}

/** The last stamp without year, fraction and zone. Its year follows from the day of its receipt, by one clock. */
let last: (Stamp & { readonly day: number; readonly clock: WallClock }) | undefined;

function readStamp(rest: string, context: ParseContext): Stamp | undefined {
  if (isDigit(rest.charCodeAt(0))) {
    const match = rfc3339.exec(rest);
    return match === null ? undefined : { text: match[0], time: parseTime(match[1], context.clock) };
  }
  const { clock } = context;
  const day = Math.floor(context.received / 86_400_000);
  if (last?.day === day && last.clock === clock && goesOnWithLast(rest)) return last;
  const match = bsd.exec(rest);
  if (match === null) return undefined;
  const stamp = { text: match[0], time: bsdTime(match, context) };
  last = { ...stamp, day, clock };
  return stamp;
}

/** Lines come in runs of one second. A small letter begins a name: no year, zone or sign goes on with the stamp. */
function goesOnWithLast(line: string): boolean {
  if (last === undefined || !line.startsWith(last.text)) return false;
  const next = line.charCodeAt(last.text.length);
  return next >= 97 && next <= 122;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

function bsdTime(match: RegExpExecArray, { received, clock }: ParseContext): number | undefined {
  const [, name = '', dayText, before, hours, minutes, seconds, fraction = '', after, zone] = match;
  const month = monthOf(name);
  const day = Number(dayText);
  if (month < 0) return undefined;
  const stated = before ?? after;
  const year = stated === undefined ? newestYear(received, month, day) : Number(stated);
  const time = [Number(hours), Number(minutes), Number(seconds)] as const;
  if (!isDate(year, month, day) || !isClockTime(...time)) return undefined;
  const ms = milliseconds(fraction);
  if (zone === undefined) return clock(year, month, day, ...time, ms);
  const named = zoneHours[zone];
  return Date.UTC(year, month, day, ...time, ms) - (named === undefined ? zoneMs(zone) : named * 3_600_000);
}

/** `host program[pid]: message` of a sender that is known; undefined where it is another, or written otherwise. */
function readKnown(
  rest: string,
  priority: number | undefined,
  time: number | undefined,
): SyslogHeader | undefined {
  const open = rest.indexOf('[');
  if (open < 0 || open > maxSender) return undefined;
  const sender = recentSender(rest.slice(0, open));
  if (sender === undefined) return undefined;
  let close = open + 1;
  while (isDigit(rest.charCodeAt(close))) close++;
  const digits = close - open - 1;
  if (digits < 1 || digits > 10 || !rest.startsWith(']: ', close)) return undefined;
  const procid = rest.slice(open + 1, close);
  return { priority, time, sender, procid, message: rest.slice(close + 3).trimStart() };
}

/** Characters of a host's and a program's name. */
const maxSender = 320;
const nobody = createSender(undefined, undefined);

const tag = /^([\w.()@/-]{1,64})(?:\[(\d{1,10})\])?:(?: |$)/;

/** `host program[pid]: message`, in which host and program may each be missing. */
function readTag(
  rest: string,
  hasStamp: boolean,
  priority: number | undefined,
  time?: number | undefined,
): SyslogHeader {
  const space = rest.indexOf(' ');
  // A program's name ends with a colon before the first blank.
  const bare = space < 0 || rest.charCodeAt(space - 1) === colon ? tag.exec(rest) : null;
  if (bare !== null)
    return {
      priority,
      time,
      sender: createSender(undefined, bare[1]),
      procid: bare[2],
      message: afterTag(rest, bare),
    };
  // A message of Cisco's begins with its code, without host or program.
  const isBare = rest.charCodeAt(0) === percent;
  if (!hasStamp || isBare || space < 1 || space > 255)
    return { priority, time, sender: nobody, message: rest };
  const hostname = rest.slice(0, space);
  const named = rest.slice(space + 1);
  const after = isDigit(named.charCodeAt(0)) ? named.replace(sequence, '') : named;
  const match = tag.exec(after);
  if (match === null) return { priority, time, sender: createSender(hostname, undefined), message: after };
  const [, appname = '', procid] = match;
  // With what stands between them, such as the number of a line.
  const text = rest.slice(0, rest.length - after.length + appname.length);
  const sender =
    procid === undefined ? createSender(hostname, appname) : rememberSender(text, hostname, appname);
  return { priority, time, sender, procid, message: afterTag(after, match) };
}

const colon = 58;
const percent = 37;
const afterTag = (rest: string, [whole]: RegExpExecArray): string => rest.slice(whole.length).trimStart();

/** What applications and containers write behind such a stamp, where syslog has the host. */
const notHost =
  /^\S{19,36} (?:std(?:out|err) [FP](?: |$)|\d+ \[| *(?:\[[^\]]{1,80}\] +)?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b)/;

/** Whether a line without PRI begins with a stamp as syslog writes it: `Nov 21 09:08:01 ` or RFC 3339. */
export function looksLikeSyslog(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first >= 65 && first <= 90)
    return line.charCodeAt(3) === 32 && (goesOnWithLast(line) || bsd.test(line));
  return (
    first >= 48 &&
    first <= 57 &&
    line.charCodeAt(4) === 45 &&
    line.charCodeAt(10) === 84 &&
    rfc3339.test(line) &&
    !notHost.test(line)
  );
}

/** Whether a line begins with a PRI, `<0>` to `<191>`. */
export function beginsWithPriority(line: string): boolean {
  if (line.charCodeAt(0) !== 60) return false;
  const match = pri.exec(line);
  return match !== null && Number(match[1]) <= 191;
}
