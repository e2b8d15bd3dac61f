import { mkdir, open, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import type { DamageBook } from './damage.ts';
import { appendedAtAt, maxRecordBytes, minRecordBytes } from './format.ts';
import { decodeHeader, headerBytes, segmentVersion } from './header.ts';
import { createSegment, type HoleHandler, readAt, Segment, segmentPattern } from './segment.ts';

export interface Recovered {
  /** Oldest first, never empty; the last is the one to write to. */
  readonly segments: Segment[];
  readonly nextOffset: number;
}

/**
 * Opens a partition's segments after a stop of any kind. Whole records stay; the rest is set aside and counted. Only
 * the newest segment is read through; older ones were synced, and are checked when somebody reads them.
 *
 * Offsets are never given twice: what a cut tail may have held is skipped, and so is what a group has already passed.
 *
 * @param passed the highest offset that a group has committed
 */
export async function recover(
  {
    directory,
    partition,
    damage,
  }: { readonly directory: string; readonly partition: number; readonly damage: DamageBook },
  passed: number,
): Promise<Recovered> {
  await mkdir(directory, { recursive: true });
  const onHole = damage.onHole(partition);
  const { segments, lostUpTo } = await openSegments(directory, partition, damage, onHole);
  for (let i = 1; i < segments.length; i++)
    await link(segments[i - 1] as Segment, segments[i] as Segment, partition, damage);

  const last = segments.at(-1);
  const tail = last === undefined ? 0 : await readThrough(last);
  const torn = last !== undefined && tail < last.size ? await last.bytes(tail, last.size) : undefined;
  const skipped = torn === undefined ? 0 : Math.ceil(torn.length / minRecordBytes);
  const nextOffset = Math.max(
    (last === undefined ? 0 : Math.max(last.end, last.base)) + skipped,
    lostUpTo,
    passed,
  );
  if (last === undefined || nextOffset > Math.max(last.end, last.base))
    segments.push(await createSegment(directory, last, nextOffset, onHole));
  if (last !== undefined && torn !== undefined) await cutTail(last, partition, tail, torn, damage);
  return { segments, nextOffset };
}

async function openSegments(
  directory: string,
  partition: number,
  damage: DamageBook,
  onHole: HoleHandler,
): Promise<{ segments: Segment[]; lostUpTo: number }> {
  const names = (await readdir(directory)).filter((name) => segmentPattern.test(name)).sort();
  const segments: Segment[] = [];
  let lostUpTo = 0;
  for (const name of names) {
    const path = join(directory, name);
    const base = Number(name.slice(0, 20));
    const { head, size } = await readHead(path);
    const decoded = decodeHeader(head);
    if (decoded.ok && decoded.header.base === base && size >= headerBytes) {
      if (size === headerBytes && name !== names.at(-1)) {
        await rm(path);
        continue;
      }
      const segment = new Segment(directory, decoded.header, size, onHole);
      if (size >= headerBytes + minRecordBytes)
        segment.note(base, headerBytes, appendedAtAt(head, headerBytes));
      segments.push(segment);
      continue;
    }
    if (!decoded.ok && decoded.version !== undefined)
      throw errors.STREAM_FORMAT({ path, found: decoded.version, known: segmentVersion });
    lostUpTo = base + Math.max(0, Math.ceil((size - headerBytes) / minRecordBytes));
    await setAsideWhole(path, partition, base, size, damage);
  }
  return { segments, lostUpTo };
}

async function readHead(path: string): Promise<{ head: Buffer; size: number }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return { head: await readAt(handle, 0, Math.min(size, headerBytes + minRecordBytes)), size };
  } finally {
    await handle.close();
  }
}

/** A file without a whole header: what a crash leaves of a segment just begun, or one that was overwritten. */
async function setAsideWhole(
  path: string,
  partition: number,
  base: number,
  size: number,
  damage: DamageBook,
): Promise<void> {
  const handle = await open(path, 'r');
  const bytes = await readAt(handle, 0, size).finally(() => handle.close());
  const torn = size < headerBytes;
  if (await damage.setAside({ path, partition, base, position: 0, bytes, records: 0, torn })) await rm(path);
}

/** The segment after knows how this one ended. */
async function link(segment: Segment, after: Segment, partition: number, damage: DamageBook): Promise<void> {
  segment.end = after.header.previousEnd;
  segment.newest = after.header.previousNewest;
  if (after.header.previousBase === segment.base) return;
  const end = (await segment.walk(headerBytes, segment.base, () => true)).next;
  const records = after.header.previousEnd - end;
  if (records > 0) damage.missing({ partition, before: after.base, records });
  segment.end = end;
}

/** Finds the end of the newest segment, and makes sure that what is read there is on disk. */
async function readThrough(segment: Segment): Promise<number> {
  const handle = await open(segment.path, 'r+');
  await handle.sync().finally(() => handle.close());
  let newest = 0;
  const walked = await segment.walk(headerBytes, segment.base, (buffer, at, _bytes, offset) => {
    newest = Math.max(newest, appendedAtAt(buffer, at));
    segment.end = offset + 1;
    return true;
  });
  segment.newest = newest;
  return walked.position;
}

async function cutTail(
  segment: Segment,
  partition: number,
  position: number,
  bytes: Buffer,
  damage: DamageBook,
): Promise<void> {
  const { records, torn } = inspectTail(bytes);
  const { path, base } = segment;
  if (!(await damage.setAside({ path, partition, base, position, bytes, records, torn }))) return;
  await truncate(path, position);
  segment.size = position;
}

/** Counts whole frames with a wrong checksum, and whether a part of one follows. */
function inspectTail(bytes: Buffer): { records: number; torn: boolean } {
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
