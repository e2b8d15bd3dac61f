/** Times as Tidewatch writes them, of these centuries and on days that every month has. */
const usual =
  /^(?:19[789]|2\d\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const zero = 48;

const iso = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds of an ISO 8601 time with its zone; NaN where it is none, or on a day that does not exist. */
export function isoTime(text: string): number {
  const ms = usualTime(text);
  if (ms !== undefined) return ms;
  const match = iso.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) ? Date.parse(text) : Number.NaN;
}

/** Epoch milliseconds of a time as {@link createIsoClock} writes it, fast; undefined where it is another, or rare. */
export function usualTime(text: string): number | undefined {
  if (text.length !== 24 || !usual.test(text)) return undefined;
  const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * zero;
  const year = two(0) * 100 + two(2);
  const ms = two(20) * 10 + text.charCodeAt(22) - zero;
  return Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17), ms);
}

/** Writes epoch milliseconds as ISO 8601, remembering the last second: records come in runs of one. */
export function createIsoClock(): (ms: number) => string {
  let lastSecond = Number.NaN;
  let prefix = '';
  return (ms) => {
    const second = Math.floor(ms / 1_000);
    if (second !== lastSecond) {
      prefix = new Date(second * 1_000).toISOString().slice(0, 20);
      lastSecond = second;
    }
    return `${prefix}${thousandths[ms - second * 1_000]}Z`;
  };
}

const thousandths = Array.from({ length: 1_000 }, (_, ms) => String(ms).padStart(3, '0'));
