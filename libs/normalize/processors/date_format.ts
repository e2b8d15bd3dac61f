import { zoneHours } from '../syslog/header.ts';
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

/** What a stamp is read with. */
export interface DateContext {
  /** For stamps without a zone. */
  readonly clock: WallClock;
  /** Epoch milliseconds of the receipt: for stamps without a year. */
  readonly received: number;
}

/** Epoch milliseconds; undefined where the text has another form or is no time. */
export type DateReader = (text: string, context: DateContext) => number | undefined;

const ordinary = /^-?\d{1,20}(?:\.\d{1,9})?$/;
const latest = 253_402_300_799_999;

function epoch(perMs: number): DateReader {
  return (text) => {
    if (!ordinary.test(text)) return undefined;
    const time = Math.round(Number(text) / perMs);
    return time >= 0 && time <= latest ? time : undefined;
  };
}

const tai64n = /^@?4([0-9a-fA-F]{15})([0-9a-fA-F]{8})$/;
/** TAI − UTC, seconds, as djb's tools write labels: 10, without the leap seconds since 1972. */
const taiOffset = 10;

const named: Readonly<Record<string, DateReader>> = {
  ISO8601: (text, { clock }) => parseTime(text, clock),
  UNIX: epoch(1e-3),
  UNIX_MS: epoch(1),
  UNIX_US: epoch(1e3),
  UNIX_NS: epoch(1e6),
  TAI64N: (text) => {
    const match = tai64n.exec(text);
    if (match === null) return undefined;
    const seconds = Number.parseInt(match[1] as string, 16) - taiOffset;
    const time = seconds * 1000 + Math.floor(Number.parseInt(match[2] as string, 16) / 1e6);
    return time >= 0 && time <= latest ? time : undefined;
  },
};

/** Names of formats beside patterns of letters. */
export const namedFormats = [...Object.keys(named), 'SYSLOG'];

type Part =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half'
  | 'zone'
  | 'none';

const letters: Readonly<Record<string, readonly [Part, string]>> = {
  yyyy: ['year', '(\\d{4})'],
  yy: ['shortYear', '(\\d\\d)'],
  MMMM: ['monthName', '([A-Za-z]{3,9})'],
  MMM: ['monthName', '([A-Za-z]{3})\\.?'],
  MM: ['month', '(\\d\\d)'],
  M: ['month', '(\\d{1,2})'],
  dd: ['day', '(\\d\\d)'],
  d: ['day', ' ?(\\d{1,2})'],
  HH: ['hour', '(\\d\\d)'],
  H: ['hour', '(\\d{1,2})'],
  hh: ['hour12', '(\\d\\d)'],
  h: ['hour12', '(\\d{1,2})'],
  mm: ['minute', '(\\d\\d)'],
  ss: ['second', '(\\d\\d)'],
  s: ['second', '(\\d{1,2})'],
  a: ['half', '([AaPp]\\.?[Mm]\\.?)'],
  ZZ: ['zone', '(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)'],
  Z: ['zone', '(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)'],
  z: ['zone', '([A-Z]{1,5})'],
  EEEE: ['none', '([A-Za-z]{6,9})'],
  EEE: ['none', '([A-Za-z]{3})'],
};

const token = /'([^']*)'|([A-Za-z])\2*|[\s\S]/g;

/** What is wrong with a format, for people; undefined where nothing is. */
export function dateFormatIssue(format: string): string | undefined {
  if (namedFormats.includes(format)) return undefined;
  const parts: Part[] = [];
  for (const [text, , letter] of format.matchAll(token)) {
    if (letter === undefined) continue;
    const part = partOf(text);
    if (part === undefined)
      return `“${text}” in “${format}” is not known: letters are ${Object.keys(letters).join(' ')} and S for fractions; other texts stand in '…'; names are ${namedFormats.join(', ')}`;
    parts.push(part[0]);
  }
  if (!parts.includes('day') || !(parts.includes('month') || parts.includes('monthName')))
    return `“${format}” has no day and month`;
  return undefined;
}

function partOf(text: string): readonly [Part, string] | undefined {
  if (/^S+$/.test(text))
    return ['fraction', text.length > 1 ? `(\\d{1,${Math.min(9, text.length)}})` : '(\\d{1,9})'];
  return Object.hasOwn(letters, text) ? letters[text] : undefined;
}

/** Compiles a format that {@link dateFormatIssue} found right. */
export function dateReader(format: string): DateReader {
  const known = named[format];
  if (known !== undefined) return known;
  const pattern = format === 'SYSLOG' ? 'MMM d HH:mm:ss' : format;
  const parts: Part[] = [];
  let source = '^';
  for (const [text, literal, letter] of pattern.matchAll(token)) {
    const part = letter === undefined ? undefined : partOf(text);
    if (part === undefined) source += escaped(literal ?? text);
    else {
      parts.push(part[0]);
      source += part[1];
    }
  }
  const regex = new RegExp(`${source}$`);
  return (text, context) => {
    const match = text.length > 80 ? null : regex.exec(text);
    return match === null ? undefined : timeOf(parts, match, context);
  };
}

const escaped = (text: string): string =>
  text === ' ' ? ' +' : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function timeOf(
  parts: readonly Part[],
  match: RegExpExecArray,
  { clock, received }: DateContext,
): number | undefined {
  const now = { year: -1, month: -1, day: 0, hour: 0, minute: 0, second: 0, ms: 0 };
  let half = '';
  let zone: string | undefined;
  for (let i = 0; i < parts.length; i++) {
    const text = match[i + 1] as string;
    switch (parts[i]) {
      case 'year':
        now.year = Number(text);
        break;
      case 'shortYear':
        now.year = Number(text) + (Number(text) < 70 ? 2000 : 1900);
        break;
      case 'month':
        now.month = Number(text) - 1;
        break;
      case 'monthName':
        now.month = monthOf(`${text.slice(0, 1).toUpperCase()}${text.slice(1, 3).toLowerCase()}`);
        break;
      case 'day':
        now.day = Number(text);
        break;
      case 'hour':
        now.hour = Number(text);
        break;
      case 'hour12':
        if (Number(text) < 1 || Number(text) > 12) return undefined;
        now.hour = Number(text) % 12;
        break;
      case 'minute':
        now.minute = Number(text);
        break;
      case 'second':
        now.second = Number(text);
        break;
      case 'fraction':
        now.ms = milliseconds(text);
        break;
      case 'half':
        half = text.slice(0, 1).toLowerCase();
        break;
      case 'zone':
        zone = text;
    }
  }
  if (half === 'p') now.hour += 12;
  if (now.month < 0) return undefined;
  const year = now.year < 0 ? newestYear(received, now.month, now.day) : now.year;
  if (!isDate(year, now.month, now.day) || !isClockTime(now.hour, now.minute, now.second)) return undefined;
  const at = [year, now.month, now.day, now.hour, now.minute, now.second, now.ms] as const;
  if (zone === undefined) return clock(...at);
  const east = eastOf(zone);
  return east === undefined ? undefined : Date.UTC(...at) - east;
}

/** Milliseconds east of UTC; undefined for a name that is not known or means several zones. */
function eastOf(zone: string): number | undefined {
  if (/^(?:Z|UTC|GMT|[+-].*)$/.test(zone)) return zoneMs(zone);
  const hours = zoneHours[zone];
  return hours === undefined ? undefined : hours * 3_600_000;
}
