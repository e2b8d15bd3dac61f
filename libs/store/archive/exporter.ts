import type { EcsEvent } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import type { DataClasses } from '../classes.ts';
import type { EventStore, EventStoreStats } from '../contract.ts';
import { differs } from '../duckdb/durable_file.ts';
import type { DuckDbStore } from '../duckdb/index.ts';
import { type Period, partitionPeriod } from '../partition.ts';
import { createArchive } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { createContents } from './contents.ts';
import type { Lease } from './lease.ts';
import { archiveFormat, exportedKey, exportedSchema, objectKey, parsed } from './manifest.ts';
import { pages, type Staging, toRecord, whole } from './staging.ts';

const graceMs = 3_600_000;

type Place = Pick<EventStoreStats['partitions'][number], 'dataClass' | 'partition' | 'events'>;

export interface ExporterOptions {
  readonly bucket: Bucket;
  readonly events: EventStore;
  readonly classes: DataClasses;
  readonly staging: Staging;
  /** Another process may have it: then this one exports nothing. */
  readonly lease: Lease;
  readonly log: Parameters<typeof createArchive>[0]['log'];
}

/**
 * Exports the closed partitions of a cluster, an hour after their end, page by page through an embedded store, and what
 * came to them later once nothing more comes.
 */
export function createExporter({ bucket, events, classes, staging, lease, log }: ExporterOptions) {
  const contents = createContents(bucket, classes, log);
  /** What partitions held at the last look, and at their last export, by their key. */
  const held = new Map<string, number>();
  const tried = new Map<string, number>();
  /** What the archive has of them, as this process knows. */
  const exported = new Map<string, number>();
  let running: Promise<number> | undefined;
  let closed = false;

  function isOver({ dataClass, partition, events: count }: Place, now: number): boolean {
    const period = partitionPeriod(partition);
    const definition = classes.get(dataClass);
    if (period === undefined || definition === undefined || definition.synthetic || count === 0) return false;
    return period.to + graceMs <= now && period.to + definition.ttlMs > now;
  }

  async function isDue(place: Place): Promise<boolean> {
    const key = exportedKey(place);
    const before = held.get(key);
    held.set(key, place.events);
    const known = exported.get(key) ?? exportedSchema.safeParse(parsed(await bucket.read(key))).data?.events;
    if (known === undefined) return true;
    exported.set(key, known);
    // While more comes it is not worth it, and what was not found will not be found again.
    return place.events > known && before === place.events && tried.get(key) !== place.events;
  }

  async function exportAll(now: number): Promise<number> {
    let stored = 0;
    for (const place of (await events.stats()).partitions) {
      if (!isOver(place, now) || !(await isDue(place))) continue;
      if (closed || !(await lease.hold())) break;
      try {
        stored += await exportPartition(place, now);
      } catch (error) {
        const { dataClass, partition } = place;
        log.warn(
          { dataClass, partition, reason: (error as Error).message },
          'a partition could not be exported to the archive; it is tried again',
        );
      }
    }
    return stored;
  }

  const exportPartition = (place: Place, now: number): Promise<number> =>
    staging.with('exported', async (stage) => {
      const { dataClass, partition } = place;
      const found = await fill(stage, place, now);
      // Another process that began in the same moment is heard of here.
      if (found === undefined || !(await lease.hold())) return 0;
      // Whatever its class' time to live has made of it here, it is over.
      await stage.seal(Number.MAX_SAFE_INTEGER);
      const stored = await createArchive({ bucket, store: stage.sealed, classes, log }).store(now);
      const { partitions } = await stage.events.stats();
      // Should sealing have failed, its warning says why, and the next time comes to it again.
      if (!partitions.every(({ sealed }) => sealed === true)) return stored;
      const missing = place.events - found;
      if (missing > 0)
        log.warn(
          { dataClass, partition, events: missing },
          'events of a partition were not found to archive',
        );
      const count = Math.min(found, place.events);
      await bucket.write(exportedKey(place), JSON.stringify({ events: count }));
      exported.set(exportedKey(place), count);
      tried.set(exportedKey(place), place.events);
      return stored;
    });

  /** Writes what the archive lacks of a partition; answers how many events were found, undefined where it was given up. */
  async function fill(stage: DuckDbStore, place: Place, now: number): Promise<number | undefined> {
    const { from, to } = partitionPeriod(place.partition) as Period;
    const parsedQuery = parseKql(`event.ingested >= "${iso(from)}" and event.ingested < "${iso(to)}"`);
    if (!parsedQuery.ok) throw new TypeError(parsedQuery.error.message);
    const scope = { ...whole, dataClasses: [place.dataClass] };
    return withoutArchived(place, now, async (isNew) => {
      let found = 0;
      for await (const page of pages(events, parsedQuery.ast, scope)) {
        if (closed || !(await lease.stillHeld())) return undefined;
        found += page.length;
        const fresh = await isNew(page);
        const refused = (await stage.events.write(fresh.map(toRecord))).filter(
          ({ status }) => status === 'rejected',
        );
        if (refused.length > 0)
          log.warn({ events: refused.length }, 'events of a partition were refused by the archive');
      }
      return found;
    });
  }

  /** Tells which events of a page the archive does not have, by a store of what it has of that time. */
  async function withoutArchived<T>(
    { dataClass, partition }: Place,
    now: number,
    work: (isNew: (page: readonly EcsEvent[]) => Promise<readonly EcsEvent[]>) => Promise<T>,
  ): Promise<T> {
    const { from, to } = partitionPeriod(partition) as Period;
    // Another time to live makes longer partitions: names alone do not tell.
    const there = (await contents.alive(now, dataClass)).filter(
      ({ format, period }) => format === archiveFormat && period.from < to && period.to > from,
    );
    if (there.length === 0) return work(async (page) => page);
    return staging.with('earlier', async (known) => {
      for (const manifest of there) {
        const path = await known.sealed.placeFor(manifest);
        await bucket.get(objectKey(manifest), path);
        // What is damaged is archived anew.
        if (!(await differs(path, manifest)))
          await known.sealed.adopt(manifest, path, Number.MAX_SAFE_INTEGER);
      }
      return work(async (page) => {
        const outcomes = await known.events.write(page.map(toRecord));
        return page.filter((_, i) => outcomes[i]?.status !== 'already_there');
      });
    });
  }

  return {
    /** Exports what is due, and answers how many files that were. Asked while it is at it, it answers what it is at. */
    store(now: number): Promise<number> {
      running ??= staging.cleared
        .then(() => exportAll(now))
        .finally(() => {
          running = undefined;
        });
      return running;
    },
    async close(): Promise<void> {
      closed = true;
      await running?.catch(() => {});
    },
  };
}

const iso = (time: number): string => new Date(time).toISOString();
