import { fullTime } from './moment.ts';
import { dayStart, wallClock } from './wall-clock.ts';

/** A range as the URL and the API hold it: `now`, `now-15m`, epoch milliseconds or ISO 8601. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

export const defaultRange: TimeRange = { from: 'now-24h', to: 'now' };

export const presets: readonly { readonly from: string; readonly label: string }[] = [
  { from: 'now-15m', label: 'Last 15 minutes' },
  { from: 'now-1h', label: 'Last hour' },
  { from: 'now-4h', label: 'Last 4 hours' },
  { from: 'now-24h', label: 'Last 24 hours' },
  { from: 'now-7d', label: 'Last 7 days' },
  { from: 'now-30d', label: 'Last 30 days' },
  { from: 'now-90d', label: 'Last 90 days' },
];

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const unitNames = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' } as const;
const relative = /^now(?:-(\d{1,6})([smhdw]))?$/;

/** Epoch milliseconds, or undefined where the text is no time. */
export function resolveTime(text: string, now: number): number | undefined {
  const match = relative.exec(text);
  if (match !== null) {
    const unit = match[2] as keyof typeof units | undefined;
    return unit === undefined ? now : now - Number(match[1]) * units[unit];
  }
  if (/^\d{10,15}$/.test(text)) return Number(text);
  // A bare number such as `5` would parse as a year; only dates count.
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Both ends in epoch milliseconds, or undefined where one is no time or they are the wrong way round. */
export function resolveRange(range: TimeRange, now: number): { from: number; to: number } | undefined {
  const from = resolveTime(range.from, now);
  const to = resolveTime(range.to, now);
  return from === undefined || to === undefined || from >= to ? undefined : { from, to };
}

export const absoluteRange = (from: number, to: number): TimeRange => ({
  from: new Date(Math.floor(from)).toISOString(),
  to: new Date(Math.ceil(to)).toISOString(),
});

/** Both ends as they are now; a range that says nothing stays as it is. */
export function frozenRange(range: TimeRange, now: number): TimeRange {
  const resolved = resolveRange(range, now);
  return resolved === undefined
    ? { from: range.from, to: range.to }
    : absoluteRange(resolved.from, resolved.to);
}

/** The same middle, twice as wide, never past now. */
export function zoomOut(range: TimeRange, now: number): TimeRange {
  const resolved = resolveRange(range, now);
  if (resolved === undefined) return defaultRange;
  const width = resolved.to - resolved.from;
  const to = Math.min(now, resolved.to + width / 2);
  return absoluteRange(to - width * 2, to);
}

function endLabel(text: string, now: number, sameDayAs?: number): string {
  if (text === 'now') return 'now';
  const time = resolveTime(text, now);
  if (time === undefined) return text;
  const { date, day, year, minute, second } = wallClock(time);
  const clock = second.endsWith(':00') ? minute : second;
  if (sameDayAs !== undefined && wallClock(sameDayAs).date === date) return clock;
  return `${day}${year === wallClock(now).year ? '' : ` ${year}`} ${clock}`;
}

/** What the picker's button says. */
export function rangeLabel(range: TimeRange, now: number): string {
  if (range.to === 'now') {
    const preset = presets.find(({ from }) => from === range.from);
    if (preset !== undefined) return preset.label;
    const match = relative.exec(range.from);
    const unit = match?.[2] as keyof typeof unitNames | undefined;
    if (match !== null && unit !== undefined) {
      const count = Number(match[1]);
      return count === 1 ? `Last ${unitNames[unit]}` : `Last ${count} ${unitNames[unit]}s`;
    }
  }
  const from = resolveTime(range.from, now);
  return `${endLabel(range.from, now)} – ${endLabel(range.to, now, from)}`;
}

/** Both ends in full. */
export function rangeTitle(range: TimeRange, now: number): string {
  const resolved = resolveRange(range, now);
  return resolved === undefined ? 'Time range' : `${fullTime(resolved.from)} – ${fullTime(resolved.to)}`;
}

/** For `<input type="datetime-local">`: what clocks show, to the second. */
export function toLocalInput(time: number): string {
  const { date, second } = wallClock(time);
  return `${date}T${second}`;
}

/** Days of the calendar, as it stands in the zone that is shown. */
export function dayRanges(now: number): readonly { readonly label: string; readonly range: TimeRange }[] {
  const today = dayStart(now);
  const iso = (time: number): string => new Date(time).toISOString();
  return [
    { label: 'Today', range: { from: iso(today), to: 'now' } },
    { label: 'Yesterday', range: absoluteRange(dayStart(today - 1), today) },
  ];
}
