const formatOf = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });

/** Whether a name is one of a time zone, such as `Europe/Vienna`. */
export function isZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** How far clocks of a zone are ahead of UTC at a moment; both in milliseconds. */
export function offsetsOf(zone: string): (time: number) => number {
  const format = formatOf(zone);
  return (time) => {
    const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(time)) ?? [];
    const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return sign === '-' ? -ahead : ahead;
  };
}
