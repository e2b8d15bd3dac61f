/** Times as Tidewatch writes them, of these centuries and on days that every month has. */
const usual =
  /^(?:19[789]|2\d\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const zero = 48;

/** Epoch milliseconds of an ISO 8601 time, as `Date.parse` has them; NaN where it is none. */
export const isoTime = (text: string): number => usualTime(text) ?? Date.parse(text);

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
