import { parseMoment } from '@tidewatch/query';
import type { TimeRange } from '@tidewatch/store';
import { errors } from './errors.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** The last date that there is (ECMA-262, section 21.4.1.1). */
const lastDate = 8.64e15;

/** Steps that people read at a glance; beyond the last, multiples of it. */
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 7, 30].map((n) => n * day),
];

/**
 * Epoch milliseconds of an ISO 8601 date, epoch milliseconds, or a time relative to `now`.
 *
 * @throws TIME_INVALID
 */
export function resolveTime(text: string, now: number): number {
  const time = /^\d{1,16}$/.test(text) ? Number(text) : parseMoment(text, now)?.from;
  if (time === undefined || Math.abs(time) > lastDate) throw errors.TIME_INVALID({ text });
  return time;
}

/** @throws TIME_INVALID, RANGE_EMPTY */
export function resolveRange(query: { readonly from: string; readonly to: string }, now: number): TimeRange {
  const range = { from: resolveTime(query.from, now), to: resolveTime(query.to, now) };
  if (range.from >= range.to) throw errors.RANGE_EMPTY();
  return range;
}

/** The smallest readable step that covers the range with about `buckets` buckets, and never more than that plus one. */
export function histogramStep({ from, to }: TimeRange, buckets: number): number {
  const least = (to - from) / buckets;
  const largest = steps.at(-1) ?? day;
  return steps.find((step) => step >= least) ?? Math.ceil(least / largest) * largest;
}
