const quarter = 900;
const day = 86_400;
/** Days whose offset is remembered. */
const mostDays = 1_000;

/** Takes and gives epoch seconds. */
export type LocalTime = (time: number) => number;

const known = new Map<string, LocalTime>();

/**
 * Seconds as clocks of a zone show them, counted as if they were UTC: a day there begins at a multiple of 86 400, and the
 * clock jumps where the zone's does.
 *
 * @param zone of the tz database, e.g. `Europe/Vienna`; absent: UTC. Throws a RangeError where nobody knows it.
 */
export function localTimeOf(zone?: string): LocalTime {
  if (zone === undefined) return (time) => time;
  const found = known.get(zone) ?? create(zone);
  known.set(zone, found);
  return found;
}

function create(zone: string): LocalTime {
  const aheadAt = offsetsOf(zone);
  /** By day; NaN where it changes within. To ask at every value would take longer than all else. */
  const days = new Map<number, number>();
  let asked = Number.NaN;
  let ahead = 0;
  return (time) => {
    const at = Math.floor(time / day);
    let ofDay = days.get(at);
    if (ofDay === undefined) {
      const [early, late] = [aheadAt(at * day), aheadAt((at + 1) * day)];
      ofDay = early === late ? early : Number.NaN;
      if (days.size >= mostDays) days.clear();
      days.set(at, ofDay);
    }
    if (!Number.isNaN(ofDay)) return time + ofDay;
    // Offsets change at quarters of an hour.
    const begin = Math.floor(time / quarter) * quarter;
    if (begin !== asked) {
      ahead = aheadAt(begin);
      asked = begin;
    }
    return time + ahead;
  };
}

/** How far clocks of a zone are ahead of UTC, in seconds. */
function offsetsOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at * 1_000).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 1, date = 1, hour = 0, minute = 0, second = 0] = (
      ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
    ).map((type) => parts.get(type));
    return Date.UTC(year, month - 1, date, hour, minute, second) / 1_000 - at;
  };
}
