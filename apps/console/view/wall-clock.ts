const listeners = new Set<() => void>();
const formats = new Map<string, Intl.DateTimeFormat>();
let chosen: string | undefined;
let here: string | undefined;

/** IANA name of the zone that the browser was in as the page was loaded. */
export const browserZone = (): string => (here ??= Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The zone that times are shown in. */
export const shownZone = (): string => chosen ?? browserZone();

export const isZone = (name: string): boolean => {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
};

/** Shows all times in a zone from now on; null, or one that this browser does not know, stands for its own. */
export function showIn(name: string | null): void {
  const next = name !== null && isZone(name) ? name : undefined;
  if (next === chosen) return;
  chosen = next;
  for (const listener of listeners) listener();
}

/** Tells when another zone is shown; answers how to end that. */
export function watchZone(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

/** What was worked out, by zone and half minute: a list asks for each of its times again whenever it is drawn. */
const offsets = new Map<string, number>();
const offsetsAtMost = 4_096;

/** Milliseconds that a zone is ahead of UTC at a moment. */
export function offsetAt(time: number, zone = shownZone()): number {
  // Since 1970 every zone has changed on a half minute of UTC; before, some kept the seconds of their meridian.
  if (!(time >= 0)) return readOffset(time, zone);
  const key = `${zone} ${Math.floor(time / 30_000)}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= offsetsAtMost) offsets.clear();
  const offset = readOffset(time, zone);
  offsets.set(key, offset);
  return offset;
}

function readOffset(time: number, zone: string): number {
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(formatOf(zone).format(time)) ?? [];
  const ahead = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -ahead : ahead;
}

/** `UTC+02:00`: how far ahead of UTC a zone is at a moment. */
export function offsetLabel(time: number, zone = shownZone()): string {
  const ahead = Math.round(offsetAt(time, zone) / 60_000);
  if (ahead === 0) return 'UTC';
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  return `UTC${ahead > 0 ? '+' : '−'}${pad(hours)}:${pad(minutes)}`;
}

const pad = (value: number): string => String(value).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What calendar and clock show in the zone. */
export interface WallClock {
  readonly year: number;
  /** `2026-11-02`. */
  readonly date: string;
  /** `2 Nov`. */
  readonly day: string;
  /** `09:05`. */
  readonly minute: string;
  /** `09:05:07`. */
  readonly second: string;
  /** `09:05:07.042`. */
  readonly millisecond: string;
}

export function wallClock(time: number, zone = shownZone()): WallClock {
  const shifted = new Date(time + offsetAt(time, zone));
  const [date = '', clock = ''] = shifted.toISOString().split('T');
  return {
    ...{
      year: shifted.getUTCFullYear(),
      date,
      day: `${shifted.getUTCDate()} ${months[shifted.getUTCMonth()]}`,
    },
    ...{ minute: clock.slice(0, 5), second: clock.slice(0, 8), millisecond: clock.slice(0, 12) },
  };
}

const day = 86_400_000;

/**
 * When clocks in the zone show `2026-11-02T09:05`, with seconds or without: epoch milliseconds, or NaN where that is no
 * time. Of two such moments it is the first; a time that clocks pass over counts on from before.
 */
export function momentOf(text: string, zone = shownZone()): number {
  const shown = Date.parse(`${text}Z`);
  if (Number.isNaN(shown)) return Number.NaN;
  const [before, after] = [shown - offsetAt(shown - day, zone), shown - offsetAt(shown + day, zone)];
  const fitting = [before, after].filter((time) => time + offsetAt(time, zone) === shown);
  return fitting.length === 0 ? before : Math.min(...fitting);
}

/** When the day began that a moment is on. */
export const dayStart = (time: number, zone = shownZone()): number =>
  momentOf(`${wallClock(time, zone).date}T00:00`, zone);
