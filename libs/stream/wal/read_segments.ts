import type { StreamRecord } from '../contract.ts';
import type { Segment } from './segment.ts';

/** The segment in which an offset is, or would be; the oldest for what is older. @param segments at least one, the oldest first */
export function segmentHolding(segments: readonly Segment[], offset: number): Segment {
  for (let i = segments.length - 1; i > 0; i--) {
    const segment = segments[i] as Segment;
    if (segment.base <= offset) return segment;
  }
  return segments[0] as Segment;
}

export interface Stretch {
  /** Offset of the first record wanted. */
  readonly from: number;
  /** One above the newest durable offset. */
  readonly end: number;
  readonly limit: number;
  readonly maxBytes: number;
  readonly partition: number;
}

/**
 * Records of one segment from `from` on, in order; empty only at the end.
 *
 * @param segments may lose its oldest to retention meanwhile
 */
export async function readSegments(
  segments: readonly Segment[],
  { from, end, limit, maxBytes, partition }: Stretch,
): Promise<StreamRecord[]> {
  for (let next = from; next < end; ) {
    const segment = segmentHolding(segments, next);
    const after = segments[segments.indexOf(segment) + 1];
    const records = await segment
      .read(next, limit, maxBytes, partition)
      .catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        // Deleted by retention in the meantime, or by somebody else: what is left begins later.
        if (segments.includes(segment)) await segment.vanished();
        return [];
      });
    if (records.length > 0) return records;
    if (after === undefined) break;
    next = Math.max(next, after.base);
  }
  return [];
}
