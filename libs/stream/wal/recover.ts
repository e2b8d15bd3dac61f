import { mkdir, open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamageBook } from './damage.ts';
import { headerBytes } from './header.ts';
import type { Marks } from './marks.ts';
import { createSegment, readAt, type Segment } from './segment.ts';
import { type Headless, listSegments, survey, type TornTail } from './survey.ts';

export interface Recovered {
  /** Oldest first, never empty; the last is the one to write to. */
  readonly segments: Segment[];
  readonly nextOffset: number;
}

interface Place {
  readonly directory: string;
  readonly partition: number;
  readonly damage: DamageBook;
}

/**
 * Opens a partition's segments after a stop of any kind. Whole records stay; the rest is set aside and counted.
 *
 * Offsets are never given twice: what a cut tail or a missing segment may have held is skipped, and so is what a group
 * has already passed.
 *
 * @param marks what the partition remembers of itself
 * @param passed the highest offset that a group has committed
 */
export async function recover(place: Place, marks: Marks | undefined, passed: number): Promise<Recovered> {
  const { directory, partition, damage } = place;
  await mkdir(directory, { recursive: true });
  const newest = (await listSegments(directory)).at(-1);
  if (newest !== undefined) await syncFile(join(directory, newest));
  const onHole = damage.onHole(partition);
  const found = await survey({ directory, partition, onHole, missing: damage.missing }, marks, passed);
  const segments = [...found.segments];
  const last = segments.at(-1);
  for (const path of found.leftovers) await rm(path);
  for (const headless of found.headless) await setAsideWhole(headless, place);
  if (last === undefined || found.nextOffset > Math.max(last.end, last.base))
    segments.push(await createSegment(directory, last, found.nextOffset, onHole));
  if (last !== undefined && found.tail !== undefined) await cutTail(last, found.tail, place);
  return { segments, nextOffset: found.nextOffset };
}

/** What is read is on disk: an append whose process died may not have been. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.sync().finally(() => handle.close());
}

async function setAsideWhole({ path, base, size }: Headless, { partition, damage }: Place): Promise<void> {
  const handle = await open(path, 'r');
  const bytes = await readAt(handle, 0, size).finally(() => handle.close());
  const torn = size < headerBytes;
  if (await damage.setAside({ path, partition, base, position: 0, bytes, records: 0, torn })) await rm(path);
}

async function cutTail(
  segment: Segment,
  { position, bytes, records, torn }: TornTail,
  { partition, damage }: Place,
): Promise<void> {
  const { path, base } = segment;
  if (!(await damage.setAside({ path, partition, base, position, bytes, records, torn }))) return;
  await truncate(path, position);
  segment.size = position;
}
