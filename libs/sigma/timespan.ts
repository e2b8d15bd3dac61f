const hour = 3_600_000;
const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: hour,
  d: 24 * hour,
  w: 7 * 24 * hour,
  M: 30 * 24 * hour,
  y: 365 * 24 * hour,
};

/**
 * Milliseconds of a timespan (specification, Time Selection): a whole number above zero and `s`, `m`, `h`, `d`, and also
 * `w`, `M` (30 days) and `y` (365 days). Null for anything else.
 */
export function parseTimespan(value: unknown): number | null {
  const match = /^([1-9]\d{0,8})([smhdwMy])$/.exec(String(value));
  return match === null ? null : Number(match[1]) * (units[match[2] as string] as number);
}
