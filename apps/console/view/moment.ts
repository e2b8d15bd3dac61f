import { offsetLabel, wallClock } from './wall-clock.ts';

/** For a dense column: the clock alone today, with the day before that, with the year if it is another. */
export function shortTime(time: number, now: number): string {
  const [then, today] = [wallClock(time), wallClock(now)];
  if (then.date === today.date) return then.second;
  const day = then.day.padStart(6, '0');
  return then.year === today.year ? `${day} ${then.second}` : `${day} ${then.year}`;
}

/** Day, clock with milliseconds, and how far ahead of UTC that is. */
export function fullTime(time: number): string {
  const { date, millisecond } = wallClock(time);
  return `${date} ${millisecond} ${offsetLabel(time)}`;
}

/** To the minute, for what lies days away. */
export function minuteTime(time: number): string {
  const { date, minute } = wallClock(time);
  return `${date} ${minute} ${offsetLabel(time)}`;
}

/** The widest two units of a duration in milliseconds: `2 h 5 min`, `41 s`, `320 ms`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** One rounded unit: `just now`, `5 min ago`, `in 2 h` for a clock ahead of ours. */
export function ago(time: number, now: number): string {
  const distance = Math.abs(now - time);
  if (distance < 5_000) return 'just now';
  const seconds = distance / 1_000;
  const text =
    seconds < 60
      ? `${Math.round(seconds)} s`
      : seconds < 3_600
        ? `${Math.round(seconds / 60)} min`
        : seconds < 172_800
          ? `${Math.round(seconds / 3_600)} h`
          : `${Math.round(seconds / 86_400)} d`;
  return time <= now ? `${text} ago` : `in ${text}`;
}
