import type { TimePart } from './pattern.ts';

const written = /^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?/;

/**
 * Takes one part out of a date. Text is read as it is written (`2025-11-27T07:40:10Z`, `2025-11-27 07:40:10.132`),
 * without conversion of time zones, as the specification has it; a number is epoch seconds, or milliseconds from
 * 10^11 on, in UTC. Weeks are ISO 8601's. Null where the value is no date or has no such part.
 */
export function timePart(value: string | number, part: TimePart): number | null {
  const date = typeof value === 'number' ? fromEpoch(value) : fromText(value);
  if (date === null) return null;
  const [year, month, day, hour, minute] = date;
  switch (part) {
    case 'year':
      return year;
    case 'month':
      return month;
    case 'day':
      return day;
    case 'week':
      return isoWeek(year, month, day);
    case 'hour':
      return hour;
    case 'minute':
      return minute;
  }
}

type Parts = readonly [year: number, month: number, day: number, hour: number | null, minute: number | null];

function fromText(text: string): Parts | null {
  const match = written.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  if (match[4] === undefined) return [year, month, day, null, null];
  return [year, month, day, Number(match[4]), Number(match[5])];
}

function fromEpoch(value: number): Parts | null {
  const date = new Date(value >= 1e11 ? value : value * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
}

/** The week of the year's Thursday, as ISO 8601 counts: 1 to 53. */
function isoWeek(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const start = Date.UTC(date.getUTCFullYear(), 0, 1);
  return Math.ceil(((date.getTime() - start) / 86_400_000 + 1) / 7);
}
