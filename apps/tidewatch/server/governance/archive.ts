import type { DataClasses, EventStore } from '@tidewatch/store';
import {
  type Archive,
  createArchive,
  createClusterArchive,
  openFolderBucket,
} from '@tidewatch/store/archive';
import type { DuckDbStore } from '@tidewatch/store/duckdb';
import type { Logger } from '@tidewatch/telemetry';
import type { Config } from '../../config/schema.ts';
import type { Stores } from '../stores.ts';
import { workers } from '../workers.ts';

type ArchiveConfig = NonNullable<Config['archive']>;

/** The store with copies of its closed partitions in the archive. */
export async function withArchive(
  store: DuckDbStore,
  config: ArchiveConfig,
  classes: DataClasses,
  log: Logger,
): Promise<Stores> {
  const archive = createArchive({
    bucket: await openBucket(config),
    store: store.sealed,
    classes,
    ...(config.local !== undefined && { localMs: config.local }),
    log,
  });
  return {
    ...store,
    archive,
    events: alsoIn(archive, store.events),
    async seal(now) {
      await store.seal(now);
      await archive.store(now);
    },
    async close() {
      await archive.close();
      await store.close();
    },
  };
}

/** A cluster's store with copies of its closed partitions in the archive. */
export async function withClusterArchive(
  stores: Stores,
  config: ArchiveConfig,
  {
    directory,
    classes,
    log,
  }: { readonly directory: string; readonly classes: DataClasses; readonly log: Logger },
): Promise<Stores> {
  const archive = createClusterArchive({
    bucket: await openBucket(config),
    events: stores.events,
    ...{ directory, classes, log },
    async openStage(folder) {
      // A native library, which is loaded when a partition is over.
      const { openDuckDbStore } = await import('@tidewatch/store/duckdb');
      return openDuckDbStore({ directory: folder, thread: workers.store, classes });
    },
  });
  return {
    ...stores,
    archive,
    events: alsoIn(archive, stores.events),
    seal: (now) => archive.store(now),
    async close() {
      await archive.close();
      await stores.close();
    },
  };
}

/** What deletes a class deletes its copies. */
const alsoIn = (archive: Archive, events: EventStore): EventStore => ({
  ...events,
  async deleteClass(dataClass) {
    const deleted = await events.deleteClass(dataClass);
    await archive.deleteClass(dataClass);
    return deleted;
  },
});

async function openBucket({ folder, s3 }: ArchiveConfig) {
  if (s3 === undefined) return openFolderBucket(folder as string);
  // Only where it is used: Amazon's client takes a while to load.
  const { openS3Bucket } = await import('@tidewatch/store/archive/s3');
  const { endpoint, ...rest } = s3;
  return openS3Bucket({ ...rest, ...(endpoint !== undefined && { endpoint }) });
}
