import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataClasses } from '../classes.ts';
import type { EventStore } from '../contract.ts';
import type { DuckDbStore } from '../duckdb/index.ts';
import { type Archive, createArchive, type SealedStore } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { createExporter } from './exporter.ts';
import { createLease } from './lease.ts';
import { createReturned } from './returned.ts';
import { createStaging, pages, toRecord } from './staging.ts';

export interface ClusterArchiveOptions {
  readonly bucket: Bucket;
  /** Where events are kept that have no files of their own, such as OpenSearch. */
  readonly events: EventStore;
  readonly classes: DataClasses;
  /** Opens an embedded store in a folder, which makes and reads the Parquet files. */
  readonly openStage: (directory: string) => Promise<DuckDbStore>;
  /** Folder for what is on its way, which is deleted there. */
  readonly directory: string;
  readonly log: Parameters<typeof createArchive>[0]['log'];
}

/**
 * An archive of a cluster's closed partitions, in the same files as the embedded store's. What is brought back is written
 * into the cluster again, in the partition that it came from, and leaves when it was to (`returned.ts`), or with that. Of
 * the processes that share an archive one stores and expires (`lease.ts`).
 */
export function createClusterArchive(options: ClusterArchiveOptions): Archive {
  const { bucket, events, classes, openStage, directory, log } = options;
  const returned = createReturned({ bucket, events });
  const staging = createStaging(directory, openStage);
  const lease = createLease(bucket);
  const exporter = createExporter({ bucket, events, classes, staging, lease, log });

  /** An event may be refused, as one whose types do not fit the partition's any more: the others go on without it. */
  async function writeBack(stage: DuckDbStore): Promise<number> {
    let stored = 0;
    for await (const page of pages(stage.events, undefined)) {
      const outcomes = await events.write(page.map(toRecord));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      stored += outcomes.length - refused.length;
      if (refused.length > 0)
        log.warn(
          { events: refused.length, reason: refused[0]?.message },
          'events of the archive were refused',
        );
    }
    return stored;
  }

  const returning: SealedStore = {
    files: returned.files,
    fieldsOf: () => [],
    release: returned.release,
    async placeFor() {
      await staging.cleared;
      await mkdir(directory, { recursive: true });
      return join(directory, 'returning');
    },
    adopt: (manifest, path, until) =>
      returned.bringBack(manifest, until, () =>
        staging.with('restored', async (stage) => {
          await stage.sealed.adopt(manifest, path, Number.MAX_SAFE_INTEGER);
          return writeBack(stage);
        }),
      ),
  };

  const archive = createArchive({ bucket, store: returning, classes, log });
  return {
    ...archive,
    store: exporter.store,
    async list(filter, now) {
      await returned.look();
      return archive.list(filter, now);
    },
    async restore(filter, until, now) {
      await returned.look();
      return archive.restore(filter, until, now);
    },
    async expire(now, tell) {
      if (!(await lease.hold())) return;
      await returned.look();
      await archive.expire(now, tell);
    },
    async close() {
      await exporter.close();
      // It lapses by itself where the bucket does not answer.
      await lease.release().catch(() => {});
      await archive.close();
    },
  };
}
