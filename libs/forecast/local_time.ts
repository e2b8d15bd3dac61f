const quarter = 900;

/**
 * Seconds as clocks of a zone show them, counted as if they were UTC: a day there begins at a multiple of 86 400, and the
 * clock jumps where the zone's does.
 *
 * @param zone of the tz database, e.g. `Europe/Vienna`; absent: UTC. Throws a RangeError where nobody knows it.
 * @returns takes and gives epoch seconds
 */
export function createLocalTime(zone?: string): (time: number) => number {
  if (zone === undefined) return (time) => time;
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
  let known = Number.NaN;
  let ahead = 0;
  return (time) => {
    const at = Math.floor(time / quarter) * quarter;
    // Offsets change at quarters of an hour; to ask at every value would take longer than all else.
    if (at !== known) {
      const parts = new Map(format.formatToParts(at * 1_000).map(({ type, value }) => [type, Number(value)]));
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
        ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
      ).map((type) => parts.get(type));
      ahead = Date.UTC(year, month - 1, day, hour, minute, second) / 1_000 - at;
      known = at;
    }
    return time + ahead;
  };
}
