import { zoneMoment, zoneOffset } from '@tidewatch/event';
import type { Bucket, TimeRange } from '@tidewatch/store';
import { histogramStep } from './range.ts';

const minute = 60_000;
const day = 86_400_000;
/** Clocks lie by nothing apart, by hours, or by halves or quarters of them. */
const partsOfDays = [day, 60 * minute, 30 * minute, 15 * minute];
/** So many parts are counted at most, as the stores do: hours of four months. Beyond, days are those of UTC. */
const mostParts = 3_000;

/** What a store counts in steps of so many milliseconds, aligned to the epoch. */
export type Count = (stepMs: number) => Promise<Bucket[]>;

/**
 * Counts over time in steps that people read at a glance. Where a zone is named, days are those of its calendar, of 23 or 25
 * hours where its clocks change, so that a bar holds what a search for that day finds; the store counts hours of them. Without
 * one, and over more than some four months, they are days of UTC.
 */
export async function histogramOf(
  range: TimeRange,
  asked: { readonly buckets: number; readonly zone?: string | undefined },
  count: Count,
) {
  const stepMs = histogramStep(range, asked.buckets);
  const isOfDays = stepMs % day === 0 && (range.to - range.from) / day <= mostParts;
  const starts = asked.zone === undefined || !isOfDays ? [] : dayStarts(range, asked.zone, stepMs / day);
  const part = partsOfDays.find((length) => starts.every((start) => start % length === 0));
  if (starts.length === 0 || part === undefined || (range.to - range.from) / part > mostParts)
    return { ...range, stepMs, buckets: await count(stepMs) };
  return { ...range, stepMs, buckets: gather(starts, await count(part)) };
}

/** Adds what was counted in parts to the days that they are of. */
function gather(starts: readonly number[], parts: readonly Bucket[]): Bucket[] {
  const days = starts.map((start) => ({ start, count: 0, split: new Map<string, number>() }));
  let at = 0;
  for (const { start, count, split } of parts) {
    while (start >= (starts[at + 1] ?? Number.POSITIVE_INFINITY)) at++;
    const mine = days[at];
    if (mine === undefined) break;
    mine.count += count;
    for (const [value, some] of Object.entries(split ?? {}))
      mine.split.set(value, (mine.split.get(value) ?? 0) + some);
  }
  const isSplit = parts.some(({ split }) => split !== undefined);
  return days.map(({ split, ...rest }) => ({
    ...rest,
    ...(isSplit && { split: Object.fromEntries(split) }),
  }));
}

/** When each so many days of a zone's calendar begin that touch a range, in order; counted from the first of 1970. */
export function dayStarts({ from, to }: TimeRange, zone: string, days: number): number[] {
  // Where clocks pass over midnight, the day begins as they do.
  const startOf = (index: number): number => zoneMoment(index * day, zone);
  const starts: number[] = [];
  let index = Math.floor(Math.floor((from + zoneOffset(from, zone)) / day) / days) * days;
  for (let start = startOf(index); start < to; start = startOf(index)) {
    starts.push(start);
    index += days;
  }
  return starts;
}
