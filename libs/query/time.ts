import { parseIsoTime } from '@tidewatch/event';

const day = 86_400_000;
const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  H: 3_600_000,
  d: day,
  w: 7 * day,
};

/** A moment as a query writes it: from inclusive, to exclusive, as wide as what was left out. Epoch milliseconds. */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads `2024-05-01`, `2024-05-01T10:00:00Z` and date maths: `now`, `now-15m`, `now+1h`, `now-7d/d`, units
 * s m h d w M y, `/unit` rounding down to its start (weeks begin on Monday). UTC throughout.
 */
export function parseMoment(text: string, now: number): Moment | undefined {
  if (!text.startsWith('now')) {
    const toTheMinute = /^(.{10}[T ]\d\d:\d\d)(Z|[+-]\d\d:\d\d)?$/.exec(text);
    const from = parseIsoTime(toTheMinute === null ? text : `${toTheMinute[1]}:00${toTheMinute[2] ?? 'Z'}`);
    if (from === undefined) return undefined;
    return { from, to: from + (text.length === 10 ? day : toTheMinute === null ? 1 : 60_000) };
  }
  const steps = text.slice(3);
  if (!/^([+-]\d{1,6}[smhHdwMy]|\/[smhHdwMy])*$/.test(steps)) return undefined;
  let moment: Moment = { from: now, to: now + 1 };
  for (const [, sign, amount, unit, rounded] of steps.matchAll(/([+-])(\d+)(\w)|\/(\w)/g)) {
    moment =
      rounded !== undefined
        ? { from: floor(moment.from, rounded), to: add(floor(moment.from, rounded), 1, rounded) }
        : shift(moment, (sign === '-' ? -1 : 1) * Number(amount), unit as string);
  }
  return moment;
}

const shift = (moment: Moment, amount: number, unit: string): Moment => {
  const from = add(moment.from, amount, unit);
  return { from, to: from + (moment.to - moment.from) };
};

function add(time: number, amount: number, unit: string): number {
  const ms = unitMs[unit];
  if (ms !== undefined) return time + amount * ms;
  const date = new Date(time);
  const months = unit === 'y' ? 12 * amount : amount;
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(wanted, last));
}

function floor(time: number, unit: string): number {
  const date = new Date(time);
  if (unit === 'y') return Date.UTC(date.getUTCFullYear(), 0);
  if (unit === 'M') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  // 1 January 1970 was a Thursday.
  if (unit === 'w') return Math.floor((time + 3 * day) / (7 * day)) * 7 * day - 3 * day;
  const ms = unitMs[unit] as number;
  return Math.floor(time / ms) * ms;
}
