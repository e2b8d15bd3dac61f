import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '@tidewatch/stream/durable';
import { z } from 'zod';
import type { PartitionSizes } from './measure.ts';

const minute = 60_000;
const hour = 60 * minute;
const hoursKept = 60 * 24;
const minutesKept = 60;

/**
 * How large stores were, by the hour for 60 days, and by the minute for one hour. Partitions that were deleted stay in the
 * sum, so that it tells what came.
 */
export interface SizeHistory {
  /** @param partitions of the store, where those that were deleted can be told by them */
  note(store: string, bytes: number, now: number, partitions?: PartitionSizes): void;
  /** Levels in bytes, oldest first, NaN where nobody measured. */
  hours(store: string): Float64Array;
  minutes(store: string): Float64Array;
  /** Writes the hours down. Rejects with what the disk says. */
  save(): Promise<void>;
}

/** Levels at regular steps, of which the last may still change. */
interface Track {
  /** Number of the last step since the epoch. */
  last: number;
  readonly levels: number[];
}

interface Kept {
  readonly hours: Track;
  readonly minutes: Track;
  /** Bytes of partitions that were deleted. */
  freed: number;
  partitions: PartitionSizes;
}

const fileSchema = z.object({
  version: z.literal(1),
  stores: z.record(
    z.string(),
    z.object({
      last: z.int(),
      levels: z.array(z.number().nullable()).max(hoursKept),
      freed: z.number(),
      partitions: z.record(z.string(), z.number()),
    }),
  ),
});

/** Opens the history in a file. One that is missing or damaged begins anew. */
export async function openSizeHistory(file: string): Promise<SizeHistory> {
  const stores = await read(file);

  function keptOf(store: string): Kept {
    const known = stores.get(store);
    if (known !== undefined) return known;
    const kept = { hours: emptyTrack(), minutes: emptyTrack(), freed: 0, partitions: new Map() };
    stores.set(store, kept);
    return kept;
  }

  return {
    note(store, bytes, now, partitions) {
      const kept = keptOf(store);
      if (partitions !== undefined) {
        for (const [key, size] of kept.partitions) if (!partitions.has(key)) kept.freed += size;
        kept.partitions = partitions;
      }
      const level = bytes + kept.freed;
      put(kept.hours, Math.floor(now / hour), level, hoursKept);
      put(kept.minutes, Math.floor(now / minute), level, minutesKept);
    },
    hours: (store) => Float64Array.from(keptOf(store).hours.levels),
    minutes: (store) => Float64Array.from(keptOf(store).minutes.levels),
    async save() {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await replaceFile(file, write(stores));
    },
  };
}

const emptyTrack = (): Track => ({ last: 0, levels: [] });

function put(track: Track, step: number, level: number, most: number): void {
  // After a clock was set back what stands there is of times that are yet to come.
  if (step < track.last) track.levels.length = 0;
  const gap = track.levels.length === 0 ? 0 : Math.min(step - track.last - 1, most);
  if (track.levels.length > 0 && step === track.last) track.levels.pop();
  for (let i = 0; i < gap; i++) track.levels.push(Number.NaN);
  track.levels.push(level);
  track.last = step;
  track.levels.splice(0, track.levels.length - most);
}

async function read(file: string): Promise<Map<string, Kept>> {
  const content = readFile(file, 'utf8').then((text): unknown => JSON.parse(text));
  const parsed = fileSchema.safeParse(await content.catch(() => undefined));
  const stores = parsed.success ? Object.entries(parsed.data.stores) : [];
  return new Map(
    stores.map(([store, { last, levels, freed, partitions }]) => [
      store,
      {
        hours: { last, levels: levels.map((level) => level ?? Number.NaN) },
        minutes: emptyTrack(),
        freed,
        partitions: new Map(Object.entries(partitions)),
      },
    ]),
  );
}

/** NaN is null in JSON. */
const write = (stores: ReadonlyMap<string, Kept>): string =>
  JSON.stringify({
    version: 1,
    stores: Object.fromEntries(
      [...stores].map(([store, { hours, freed, partitions }]) => [
        store,
        { ...hours, freed, partitions: Object.fromEntries(partitions) },
      ]),
    ),
  });
