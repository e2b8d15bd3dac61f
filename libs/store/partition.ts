const day = 86_400_000;

/** A stretch of ingestion time, epoch milliseconds; end exclusive. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/**
 * Name of the time partition that a record belongs to: a day (`2024-05-01`) where the TTL is up to 30 days, an ISO week
 * (`2024-w18`) up to 180, a month (`2024-05`) above; in UTC.
 *
 * @param ingested epoch milliseconds
 */
export function partitionName(ingested: number, ttlMs: number): string {
  const iso = new Date(ingested).toISOString();
  if (ttlMs <= 30 * day) return iso.slice(0, 10);
  if (ttlMs > 180 * day) return iso.slice(0, 7);
  // An ISO week belongs to the year of its Thursday.
  const thursday = mondayBefore(ingested) + 3 * day;
  const year = new Date(thursday).getUTCFullYear();
  const week = 1 + Math.round((mondayBefore(thursday) - firstMonday(year)) / (7 * day));
  return `${year}-w${String(week).padStart(2, '0')}`;
}

/** The longest that a partition of a class lasts, milliseconds. */
export const longestPartition = (ttlMs: number): number =>
  (ttlMs <= 30 * day ? 1 : ttlMs <= 180 * day ? 7 : 31) * day;

/** How many partitions of a class are there at a time, the one being written and those not yet dropped. */
export function partitionsKept(now: number, ttlMs: number): number {
  let kept = 0;
  for (let at = now; ; kept++) {
    const period = partitionPeriod(partitionName(at, ttlMs));
    if (period === undefined || period.to + ttlMs <= now) return kept;
    at = period.from - 1;
  }
}

/** What a partition's name stands for; undefined where it is no such name. */
export function partitionPeriod(name: string): Period | undefined {
  const match = /^(\d{4})-(?:w(\d{2})|(\d{2})(?:-(\d{2}))?)$/.exec(name);
  if (match === null) return undefined;
  const [year, week, month, date] = match.slice(1).map(Number) as [number, number, number, number];
  if (match[2] !== undefined) {
    const from = firstMonday(year) + (week - 1) * 7 * day;
    return { from, to: from + 7 * day };
  }
  if (match[4] !== undefined)
    return { from: Date.UTC(year, month - 1, date), to: Date.UTC(year, month - 1, date + 1) };
  return { from: Date.UTC(year, month - 1), to: Date.UTC(year, month) };
}

/** 1 January 1970 was a Thursday. */
const mondayBefore = (time: number): number => Math.floor((time + 3 * day) / (7 * day)) * 7 * day - 3 * day;

/** Monday of the week that holds 4 January: ISO 8601's first week. */
const firstMonday = (year: number): number => mondayBefore(Date.UTC(year, 0, 4));
