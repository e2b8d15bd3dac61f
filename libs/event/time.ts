/** Times as Tidewatch writes them, of these centuries and on days that every month has. */
const usual =
  /^(?:19[789]|2\d\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const zero = 48;

/** ISO 8601 as events carry it; the same text goes to DuckDB, so it uses what JavaScript and RE2 share. */
export const isoPattern =
  '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?';
const iso = new RegExp(`^${isoPattern}$`);

/** Epoch milliseconds of an ISO 8601 date or time to the second, in UTC where no offset is given; undefined where it is none. */
export function parseIsoTime(text: string): number | undefined {
  if (!iso.test(text)) return undefined;
  const number = (from: number, to: number): number => Number(text.slice(from, to) || 0);
  const [year, month, date] = [number(0, 4), number(5, 7), number(8, 10)];
  const midnight = new Date(0).setUTCFullYear(year, month - 1, date);
  if (new Date(midnight).getUTCDate() !== date) return undefined;
  if (text.length === 10) return midnight;
  const fraction = /[.](\d+)/.exec(text)?.[1] ?? '';
  const offset = /([+-])(\d\d):(\d\d)$/.exec(text);
  const shift =
    offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return (
    midnight + ((number(11, 13) * 60 + number(14, 16) - shift) * 60 + number(17, 19)) * 1_000 + milliseconds
  );
}

/** As {@link parseIsoTime}, in a third of its time for those that Tidewatch writes; NaN where it is none. */
export const isoTime = (text: string): number => usualTime(text) ?? parseIsoTime(text) ?? Number.NaN;

/** Epoch milliseconds of a time as {@link createIsoClock} writes it, fast; undefined where it is another, or rare. */
export function usualTime(text: string): number | undefined {
  if (text.length !== 24 || !usual.test(text)) return undefined;
  const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * zero;
  const year = two(0) * 100 + two(2);
  const ms = two(20) * 10 + text.charCodeAt(22) - zero;
  return Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17), ms);
}

/** Writes epoch milliseconds as ISO 8601, remembering the last one and its second: records come in runs of them. */
export function createIsoClock(): (ms: number) => string {
  let lastSecond = Number.NaN;
  let prefix = '';
  let last = Number.NaN;
  let text = '';
  return (ms) => {
    if (ms === last) return text;
    const second = Math.floor(ms / 1_000);
    if (second !== lastSecond) {
      prefix = new Date(second * 1_000).toISOString().slice(0, 20);
      lastSecond = second;
    }
    last = ms;
    text = `${prefix}${thousandths[ms - second * 1_000]}Z`;
    return text;
  };
}

const thousandths = Array.from({ length: 1_000 }, (_, ms) => String(ms).padStart(3, '0'));
