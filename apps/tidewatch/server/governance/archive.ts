import type { DataClasses } from '@tidewatch/store';
import { createArchive, createClusterArchive, openFolderBucket } from '@tidewatch/store/archive';
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
    exports,
    ...rest
  }: {
    readonly directory: string;
    readonly classes: DataClasses;
    readonly log: Logger;
    /** Whether this process exports; else it only reads, and brings back. */
    readonly exports: boolean;
  },
): Promise<Stores> {
  const archive = createClusterArchive({
    bucket: await openBucket(config),
    events: stores.events,
    ...rest,
    async openStage(folder) {
      // A native library, which is loaded when a partition is over.
      const { openDuckDbStore } = await import('@tidewatch/store/duckdb');
      return openDuckDbStore({ directory: folder, thread: workers.store, classes: rest.classes });
    },
  });
  return {
    ...stores,
    archive,
    ...(exports && { seal: archive.store }),
    async close() {
      await archive.close();
      await stores.close();
    },
  };
}

async function openBucket({ folder, s3 }: ArchiveConfig) {
  if (s3 === undefined) return openFolderBucket(folder as string);
  // Only where it is used: Amazon's client takes a while to load.
  const { openS3Bucket } = await import('@tidewatch/store/archive/s3');
  const { endpoint, ...rest } = s3;
  return openS3Bucket({ ...rest, ...(endpoint !== undefined && { endpoint }) });
}
