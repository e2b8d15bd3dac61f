const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');
const clock = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** `Nov  3 09:05:07`: local time without a year, as RFC 3164 section 4.1.2 writes it. */
export function rfc3164Time(at: number): string {
  const date = new Date(at);
  return `${months[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${clock(date)}`;
}

/** `03/Nov/2026:09:05:07 +0100`: nginx's `$time_local`. */
export function nginxTime(at: number): string {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${two(date.getDate())}/${months[date.getMonth()]}/${date.getFullYear()}:${clock(date)} ${zone}`;
}

export const isoTime = (at: number): string => new Date(at).toISOString();

/** `2026-11-03 08:05:07.123` in UTC: Sysmon's UtcTime. */
export const sysmonTime = (at: number): string => isoTime(at).replace('T', ' ').replace('Z', '');

/** `2026-11-03 09:05:07` in local time: nxlog's EventTime. */
export function nxlogTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`;
}
