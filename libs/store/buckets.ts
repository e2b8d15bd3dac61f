import type { Bucket, TimeRange } from './contract.ts';

/** Every bucket that touches the range, in order. */
export function buckets(range: TimeRange, stepMs: number, make: (start: number) => Bucket): Bucket[] {
  const all: Bucket[] = [];
  for (let start = Math.floor(range.from / stepMs) * stepMs; start < range.to; start += stepMs)
    all.push(make(start));
  return all;
}
