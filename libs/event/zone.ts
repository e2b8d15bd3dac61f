const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones with their other names are some six hundred, and a name is one in any case of letters. */
const formatsAtMost = 1_000;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  if (formats.size >= formatsAtMost) formats.clear();
  formats.set(zone, format);
  return format;
}

/** Whether a name is one of a time zone that is known here, such as `Europe/Vienna`. Offsets are none: they hold for half of a year. */
export function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** What was worked out, by zone and half minute: a list asks for each of its times again whenever it is drawn. */
const offsets = new Map<string, number>();
const offsetsAtMost = 4_096;

/**
 * How far clocks of a zone are ahead of UTC at a moment; both in milliseconds.
 *
 * @param zone one that {@link isZone} knows, else it throws a RangeError
 */
export function zoneOffset(time: number, zone: string): number {
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

const day = 86_400_000;

/**
 * When clocks of a zone show a time, epoch milliseconds. Of two such moments it is the first; a time that clocks pass over
 * counts on from before.
 *
 * @param shown what they show, as if it were UTC: epoch milliseconds
 */
export function zoneMoment(shown: number, zone: string): number {
  const [before, after] = [shown - zoneOffset(shown - day, zone), shown - zoneOffset(shown + day, zone)];
  const fitting = [before, after].filter((time) => time + zoneOffset(time, zone) === shown);
  return fitting.length === 0 ? before : Math.min(...fitting);
}
