const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const clock = (date: Date): string =>
  `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;

/** Local time for a dense column: the clock alone today, with the day before that, with the year if it is another. */
export function shortTime(time: number, now: number): string {
  const date = new Date(time);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return clock(date);
  const day = `${pad(date.getDate())} ${months[date.getMonth()]}`;
  return date.getFullYear() === today.getFullYear()
    ? `${day} ${clock(date)}`
    : `${day} ${date.getFullYear()}`;
}

/** Local time with day and milliseconds. */
export function fullTime(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(date)}.${pad(date.getMilliseconds(), 3)}`;
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

/** `UTC+02:00` from `Date.getTimezoneOffset()`, minutes that local time is behind UTC. */
export function offsetLabel(minutesBehind: number): string {
  if (minutesBehind === 0) return 'UTC';
  const ahead = Math.abs(minutesBehind);
  return `UTC${minutesBehind < 0 ? '+' : '−'}${pad(Math.floor(ahead / 60))}:${pad(ahead % 60)}`;
}
