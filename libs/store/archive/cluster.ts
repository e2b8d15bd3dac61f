import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EcsEvent, isoTime } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import type { DataClasses } from '../classes.ts';
import type { EventStore, EventStoreStats, IndexedEvent, Scope } from '../contract.ts';
import type { DuckDbStore } from '../duckdb/index.ts';
import { partitionPeriod } from '../partition.ts';
import { type Archive, createArchive, type SealedStore } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { exportedKey } from './manifest.ts';
import { createReturned } from './returned.ts';

export interface ClusterArchiveOptions {
  readonly bucket: Bucket;
  /** Where events are kept that have no files of their own, such as OpenSearch. */
  readonly events: EventStore;
  readonly classes: DataClasses;
  /** Opens an embedded store in a folder, which makes and reads the Parquet files. */
  readonly openStage: (directory: string) => Promise<DuckDbStore>;
  /** Folder for what is on its way; what is in it is deleted. */
  readonly directory: string;
  readonly log: Parameters<typeof createArchive>[0]['log'];
}

const graceMs = 3_600_000;
const pageEvents = 1_000;
const whole: Scope = { principal: 'archive', dataClasses: 'all' };
const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

type Place = Pick<EventStoreStats['partitions'][number], 'dataClass' | 'partition'>;

/**
 * An archive of a cluster's closed partitions, in the same files as the embedded store's. What is brought back is written
 * into the cluster again, in the partition that it came from, and leaves when it was to (`returned.ts`), or with that.
 */
export function createClusterArchive(options: ClusterArchiveOptions): Archive {
  const { bucket, events, classes, openStage, directory, log } = options;
  const returned = createReturned({ bucket, events });
  let closed = false;
  // What a crash left holds events, too.
  const cleared = Promise.all(
    ['exported', 'restored', 'returning'].map((name) =>
      rm(join(directory, name), { recursive: true, force: true }),
    ),
  );
  cleared.catch(() => {});

  /** Works with an embedded store that is made for it and deleted after it. */
  async function staged<T>(name: string, work: (stage: DuckDbStore) => Promise<T>): Promise<T> {
    const folder = join(directory, name);
    await rm(folder, { recursive: true, force: true });
    const stage = await openStage(folder);
    try {
      return await work(stage);
    } finally {
      await stage.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** An event may be refused, as one whose types do not fit the partition's any more: the others go on without it. */
  async function copy(page: readonly EcsEvent[], into: EventStore): Promise<void> {
    const outcomes = await into.write(page.map(toRecord));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (refused.length > 0)
      log.warn({ events: refused.length, reason: refused[0]?.message }, 'events of the archive were refused');
  }

  const returning: SealedStore = {
    files: returned.files,
    fieldsOf: () => [],
    release: returned.release,
    async placeFor() {
      await cleared;
      await mkdir(directory, { recursive: true });
      return join(directory, 'returning');
    },
    adopt: (manifest, path, until) =>
      returned.bringBack(manifest, until, () =>
        staged('restored', async (stage) => {
          await stage.sealed.adopt(manifest, path, Number.MAX_SAFE_INTEGER);
          for await (const page of pages(stage.events, { range: always })) await copy(page, events);
        }),
      ),
  };

  async function exportPartition({ dataClass, partition }: Place, now: number): Promise<number> {
    const { from, to } = partitionPeriod(partition) as { from: number; to: number };
    const parsed = parseKql(`event.ingested >= "${iso(from)}" and event.ingested < "${iso(to)}"`);
    if (!parsed.ok) throw new TypeError(parsed.error.message);
    return staged('exported', async (stage) => {
      const scope = { ...whole, dataClasses: [dataClass] };
      for await (const page of pages(events, { range: always, query: parsed.ast }, scope)) {
        if (closed) return 0;
        await copy(page, stage.events);
      }
      // Whatever its class' time to live has made of it here, it is over.
      await stage.seal(Number.MAX_SAFE_INTEGER);
      const copies = createArchive({ bucket, store: stage.sealed, classes, log });
      const stored = await copies.store(now);
      // Should sealing have failed, its warning says why, and the next time comes to it again.
      const isWhole = (await stage.events.stats()).partitions.every(({ sealed }) => sealed === true);
      if (isWhole) await bucket.write(exportedKey({ dataClass, partition }), '');
      return stored;
    });
  }

  const archive = createArchive({ bucket, store: returning, classes, log });
  return {
    ...archive,
    async list(filter, now) {
      await returned.look();
      return archive.list(filter, now);
    },
    async restore(filter, until, now) {
      await returned.look();
      return archive.restore(filter, until, now);
    },
    async expire(now) {
      await returned.look();
      return archive.expire(now);
    },
    async store(now) {
      await cleared;
      let stored = 0;
      for (const place of (await events.stats()).partitions) {
        const period = partitionPeriod(place.partition);
        const definition = classes.get(place.dataClass);
        if (closed || period === undefined || definition === undefined || definition.synthetic) continue;
        if (period.to + graceMs > now || period.to + definition.ttlMs <= now || place.events === 0) continue;
        if ((await bucket.read(exportedKey(place))) === undefined)
          stored += await exportPartition(place, now);
      }
      return stored;
    },
    async close() {
      closed = true;
      await archive.close();
    },
  };
}

const iso = (time: number): string => new Date(time).toISOString();

/** All that is found, oldest first. */
async function* pages(
  store: EventStore,
  request: Pick<Parameters<EventStore['search']>[0], 'query' | 'range'>,
  scope = whole,
): AsyncGenerator<readonly EcsEvent[]> {
  let after: string | undefined;
  do {
    const asked = {
      ...request,
      sort: 'oldest',
      limit: pageEvents,
      ...(after !== undefined && { after }),
    } as const;
    const { items, next } = await store.search(asked, scope);
    yield items;
    after = next;
  } while (after !== undefined);
}

let offset = 0;

/** The place in the log is not known any more; each gets one of its own. */
function toRecord(event: EcsEvent): IndexedEvent {
  const { id, dataset, ingested } = event.event;
  return {
    position: { partition: 0, offset: offset++ },
    head: {
      ...{ id, dataset, dataClass: event.tidewatch.data_class },
      time: isoTime(event['@timestamp']),
      ingested: isoTime(ingested),
    },
    senderChosenId: true,
    bytes: Buffer.from(JSON.stringify(event)),
  };
}
