import { isZone, zoneMoment, zoneOffset } from '@tidewatch/event';

const listeners = new Set<() => void>();
let chosen: string | undefined;
let here: string | undefined;

/** IANA name of the zone that the browser was in as the page was loaded. */
export const browserZone = (): string => (here ??= Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The zone that times are shown in. */
export const shownZone = (): string => chosen ?? browserZone();

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

/** `UTC+02:00`: how far ahead of UTC a zone is at a moment. */
export function offsetLabel(time: number, zone = shownZone()): string {
  const ahead = Math.round(zoneOffset(time, zone) / 60_000);
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
  const shifted = new Date(time + zoneOffset(time, zone));
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

/**
 * When clocks in the zone show `2026-11-02T09:05`, with seconds or without: epoch milliseconds, or NaN where that is no
 * time. Of two such moments it is the first; a time that clocks pass over counts on from before.
 */
export function momentOf(text: string, zone = shownZone()): number {
  const shown = Date.parse(`${text}Z`);
  return Number.isNaN(shown) ? Number.NaN : zoneMoment(shown, zone);
}

/** When the day began that a moment is on. */
export const dayStart = (time: number, zone = shownZone()): number =>
  momentOf(`${wallClock(time, zone).date}T00:00`, zone);
