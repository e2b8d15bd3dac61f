import { rm } from 'node:fs/promises';
import { headerBytes } from './header.ts';
import type { Segment } from './segment.ts';

/** What decides whether a segment may go. */
export interface Deletable {
  /** When its newest record was appended, epoch milliseconds. */
  readonly newest: number;
  /** One above its last offset. */
  readonly end: number;
  readonly size: number;
  /** Whether it is the one that is written to. */
  readonly active: boolean;
}

export interface Deleted {
  readonly records: number;
  readonly bytes: number;
  /** The offsets that each segment held. */
  readonly spans: readonly { readonly begin: number; readonly end: number }[];
}

/** How many segments from the oldest on may go; the one that is written to only where it holds records. */
export function countDeletable(
  segments: readonly Segment[],
  now: number,
  gone: (segment: Deletable) => boolean,
): number {
  const newest = newestOf(segments, now);
  const kept = segments.findIndex(({ end, size }, i) => {
    const active = i === segments.length - 1;
    return (active && size === headerBytes) || !gone({ newest: newest[i] as number, end, size, active });
  });
  return kept < 0 ? segments.length : kept;
}

/**
 * When the newest record of each segment was appended. A time in the future is a clock that was wrong: such a segment
 * is no younger than the one after it, so that it can't keep what stands before it for ever.
 */
function newestOf(segments: readonly Segment[], now: number): number[] {
  const times: number[] = [];
  let after = Number.POSITIVE_INFINITY;
  for (let i = segments.length - 1; i >= 0; i--) {
    const { newest, size } = segments[i] as Segment;
    // One without records says nothing of the time.
    if (size > headerBytes) after = newest > now ? Math.min(newest, after) : newest;
    times[i] = after;
  }
  return times;
}

/** How many records segments hold. */
export const recordsIn = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { base, end }) => sum + Math.max(base, end) - base, 0);

/** Deletes the files of segments. */
export async function remove(segments: readonly Segment[]): Promise<Deleted> {
  for (const { path } of segments) await rm(path, { force: true });
  return {
    records: recordsIn(segments),
    bytes: segments.reduce((sum, { size }) => sum + size, 0),
    spans: segments.map(({ base, end }) => ({ begin: base, end: Math.max(base, end) })),
  };
}
