import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { appendedAtAt, maxRecordBytes, minRecordBytes } from './format.ts';
import { decodeHeader, headerBytes, segmentVersion } from './header.ts';
import type { Marks } from './marks.ts';
import { type HoleHandler, readAt, Segment, segmentPattern } from './segment.ts';

export interface Place {
  readonly directory: string;
  readonly partition: number;
  readonly onHole: HoleHandler;
  /** Told of records that are gone, and which offset they stood before. */
  readonly missing: (details: {
    readonly partition: number;
    readonly before: number;
    readonly records: number;
  }) => void;
}

/** What the files of a partition hold. */
export interface Survey {
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /** Files that the log meant to delete, or that never came to hold a record. */
  readonly leftovers: readonly string[];
  /** Files without a whole head: what a crash leaves of a segment just begun, or one that was overwritten. */
  readonly headless: readonly Headless[];
  readonly tail: TornTail | undefined;
  /** An offset that was never given, nor was any above it. */
  readonly nextOffset: number;
}

export interface Headless {
  readonly path: string;
  readonly base: number;
  readonly size: number;
}

/** What follows the last whole record of the newest segment. */
export interface TornTail {
  readonly position: number;
  readonly bytes: Buffer;
  /** Whole frames with a wrong checksum. */
  readonly records: number;
  /** Whether a part of a frame follows them. */
  readonly torn: boolean;
}

/**
 * Looks at a partition without changing anything. Only the newest segment is read through; older ones were synced, and
 * are checked when somebody reads them.
 *
 * @param marks what the partition remembers of itself
 * @param passed the highest offset that a group has committed
 * @throws STREAM_FORMAT where a newer version wrote a segment
 */
export async function survey(place: Place, marks: Marks | undefined, passed: number): Promise<Survey> {
  const { segments, leftovers, headless } = await openSegments(place, marks?.first ?? 0);
  for (let i = 1; i < segments.length; i++)
    await link(segments[i - 1] as Segment, segments[i] as Segment, place);
  const last = segments.at(-1);
  const tail = last === undefined ? undefined : await readThrough(last);
  const cut = tail === undefined ? 0 : tail.records + Number(tail.torn);
  const given = miss(segments, marks, cut, passed, place);
  const lost = headless
    .filter(({ base }) => base > (last?.base ?? -1))
    .map(({ base, size }) => base + mostRecords(size - headerBytes));
  const readable = last === undefined ? 0 : Math.max(last.end, last.base);
  const skipped = mostRecords(tail?.bytes.length ?? 0);
  return {
    segments,
    leftovers,
    headless,
    tail,
    nextOffset: Math.max(readable + skipped, passed, given, ...lost),
  };
}

const mostRecords = (bytes: number): number => Math.max(0, Math.ceil(bytes / minRecordBytes));

async function openSegments(
  { directory, onHole }: Place,
  first: number,
): Promise<{ segments: Segment[]; leftovers: string[]; headless: Headless[] }> {
  const found = { segments: [] as Segment[], leftovers: [] as string[], headless: [] as Headless[] };
  const names = await listSegments(directory);
  for (const name of names) {
    const path = join(directory, name);
    const base = Number(name.slice(0, 20));
    const { head, size } = await readHead(path);
    const decoded = decodeHeader(head);
    if (!decoded.ok && decoded.version !== undefined)
      throw errors.STREAM_FORMAT({ path, found: decoded.version, known: segmentVersion });
    if (base < first || (decoded.ok && size === headerBytes && name !== names.at(-1)))
      found.leftovers.push(path);
    else if (decoded.ok && decoded.header.base === base && size >= headerBytes) {
      const segment = new Segment(directory, decoded.header, size, onHole);
      if (size >= headerBytes + minRecordBytes)
        segment.note(base, headerBytes, appendedAtAt(head, headerBytes));
      found.segments.push(segment);
    } else found.headless.push({ path, base, size });
  }
  return found;
}

/** Names of the segment files, oldest first; anything else in the folder belongs to nobody. */
export async function listSegments(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && segmentPattern.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** The head of a segment, with as much of the first record as tells its time. */
async function readHead(path: string): Promise<{ head: Buffer; size: number }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return { head: await readAt(handle, 0, Math.min(size, headerBytes + minRecordBytes)), size };
  } finally {
    await handle.close();
  }
}

/** The segment after knows how this one ended, unless what stood between them is gone. */
async function link(segment: Segment, after: Segment, { partition, missing }: Place): Promise<void> {
  if (after.header.previousBase === segment.base) {
    segment.end = after.header.previousEnd;
    segment.newest = after.header.previousNewest;
    return;
  }
  await readThrough(segment);
  const records = after.header.previousEnd - Math.max(segment.base, segment.end);
  if (records > 0) missing({ partition, before: after.base, records });
}

/** Finds the end of a segment from its records, and what follows them. */
async function readThrough(segment: Segment): Promise<TornTail | undefined> {
  let newest = 0;
  const { position } = await segment.walk(headerBytes, segment.base, (buffer, at, _bytes, offset) => {
    newest = Math.max(newest, appendedAtAt(buffer, at));
    segment.end = offset + 1;
    return true;
  });
  segment.newest = newest;
  if (position === segment.size) return undefined;
  const bytes = await segment.bytes(position, segment.size);
  return { position, bytes, ...countFrames(bytes) };
}

/** Counts whole frames with a wrong checksum, and says whether a part of one follows. */
function countFrames(bytes: Buffer): { readonly records: number; readonly torn: boolean } {
  let at = 0;
  let records = 0;
  while (bytes.length - at >= minRecordBytes) {
    const frame = 8 + bytes.readUInt32LE(at);
    if (frame < minRecordBytes || frame > maxRecordBytes || at + frame > bytes.length) break;
    at += frame;
    records++;
  }
  return { records, torn: at < bytes.length };
}

/**
 * Tells what stood at either end of the partition and is gone.
 *
 * @param cut records that are damaged at the end, and so not missing
 * @returns one above the last offset that may have been given, as far as the marks know
 */
function miss(
  segments: readonly Segment[],
  marks: Marks | undefined,
  cut: number,
  passed: number,
  place: Place,
): number {
  const [oldest, newest] = [segments[0], segments.at(-1)];
  const missing = (before: number, records: number): void => {
    if (records > 0) place.missing({ partition: place.partition, before, records });
  };
  if (marks === undefined) {
    if (newest === undefined) missing(passed, passed);
    return 0;
  }
  if (oldest !== undefined && oldest.base > marks.first)
    missing(oldest.base, oldest.header.previousEnd - marks.first);
  const end = (newest?.end ?? marks.first) + cut;
  if (marks.closed) missing(marks.end, marks.end - end);
  else if (newest === undefined || newest.base < marks.active)
    // How much stood in the segment nobody knows: at least a record, and what a group has passed.
    missing(marks.end, Math.max(1, passed - end));
  else return 0;
  return marks.end;
}
