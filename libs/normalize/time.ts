import { type Json, usualTime } from '@tidewatch/event';
import { errors } from './errors.ts';

/** Epoch milliseconds of a wall-clock time that carries no zone of its own. `month` is 0–11. */
export type WallClock = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
) => number;

const hour = 3_600_000;

/**
 * The clock by which stamps without a zone are read.
 *
 * @param timeZone IANA name; absent: the zone of this process
 * @throws UNKNOWN_TIME_ZONE
 */
export function wallClock(timeZone?: string): WallClock {
  if (timeZone === undefined) return (...parts) => new Date(...parts).getTime();
  if (timeZone === 'UTC') return Date.UTC;
  const offsetAt = zoneOffset(timeZone);
  return (...parts) => {
    const wall = Date.UTC(...parts);
    // The offset is asked at a first guess, and again at the time it leads to: right but inside a change of clocks.
    return wall - offsetAt(wall - offsetAt(wall));
  };
}

function zoneOffset(timeZone: string): (utc: number) => number {
  const format = zoneFormat(timeZone);
  const known = new Map<number, number>();
  return (utc) => {
    // Zones change their offset on quarter hours.
    const slot = Math.floor(utc / (hour / 4));
    let offset = known.get(slot);
    if (offset === undefined) {
      const at = slot * (hour / 4);
      const parts = Object.fromEntries(
        format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
      );
      const { year = 0, month = 1, day = 1, minute = 0, second = 0 } = parts;
      offset = Date.UTC(year, month - 1, day, parts.hour ?? 0, minute, second) - at;
      if (known.size > 1_000) known.clear();
      known.set(slot, offset);
    }
    return offset;
  };
}

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  const number = 'numeric';
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      second: number,
    });
  } catch {
    throw errors.UNKNOWN_TIME_ZONE({ timeZone });
  }
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * Reads a point in time as logs write it: ISO 8601 and RFC 3339 (any fraction, `T` or space, with or without zone),
 * or a number of seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by size).
 *
 * @returns epoch milliseconds from 1970 on; undefined where it is none
 */
export function parseTime(value: Json | undefined, clock: WallClock): number | undefined {
  if (typeof value === 'number') return epoch(value);
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const usual = usualTime(value);
  if (usual !== undefined) return usual;
  const match = iso.exec(value);
  if (match === null) return /^\d{9,19}(?:\.\d{1,9})?$/.test(value) ? epoch(Number(value)) : undefined;
  const [, year, month, day, hours, minutes, seconds = '0', fraction = '', zone] = match;
  const ms = milliseconds(fraction);
  const parts = [
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
    ms,
  ] as const;
  if (!isDate(parts[0], parts[1], parts[2]) || !isClockTime(parts[3], parts[4], parts[5])) return undefined;
  return zone === undefined ? clock(...parts) : Date.UTC(...parts) - zoneMs(zone);
}

/** Sizes tell the unit: 10^11 s is the year 5138, 10^11 ms is 1973. */
function epoch(value: number): number | undefined {
  if (!(value >= 1e8) || value > 1e19) return undefined;
  if (value < 1e11) return Math.round(value * 1_000);
  if (value < 1e14) return Math.round(value);
  return Math.round(value < 1e17 ? value / 1e3 : value / 1e6);
}

/** Milliseconds of a fraction's digits, what is finer cut off. */
export const milliseconds = (fraction: string): number =>
  fraction === '' ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));

/** `Z`, `UTC`, `+02`, `+0200` or `+02:00` as milliseconds east of UTC. */
export function zoneMs(zone: string): number {
  const sign = zone.charCodeAt(0);
  if (sign !== 43 && sign !== 45) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2)) * (zone.length > 3 ? 1 : 0);
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether the day exists, in 1970 or later. `month` is 0–11. */
export const isDate = (year: number, month: number, day: number): boolean =>
  year >= 1970 && day >= 1 && day <= (lengths[month] ?? 0) && (month !== 1 || day < 29 || isLeap(year));

/** Whether the time of day exists; second 60 is a leap second. */
export const isClockTime = (hours: number, minutes: number, seconds: number): boolean =>
  hours < 24 && minutes < 60 && seconds <= 60;

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Month 0–11 of an English three-letter name, -1 where it is none. */
export function monthOf(name: string): number {
  const at = name.length === 3 ? months.indexOf(name) : -1;
  return at % 3 === 0 ? at / 3 : -1;
}

/** How far ahead of its receipt a stamp without a year may be: a sender's clock, and its zone, can be ahead. */
const aheadMs = 2 * 86_400_000;

/**
 * The year of a stamp that has none: the newest that does not put it into the future. Logs are of the past, so a line
 * of 31 December read on 1 January is of last year, and one of March read in February almost a year old.
 */
export function newestYear(received: number, month: number, day: number): number {
  const latest = new Date(received + aheadMs).getUTCFullYear();
  // 29 February is at most eight years back.
  for (let year = latest; year >= latest - 8; year--)
    if (isDate(year, month, day) && Date.UTC(year, month, day) <= received + aheadMs) return year;
  return latest;
}

/** Whether epoch milliseconds say all that a stamp in UTC says: nothing of it is cut off. */
export const isInMilliseconds = (stamp: string): boolean => stamp.length <= 24 && stamp.endsWith('Z');
