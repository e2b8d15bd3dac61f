import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SealedStore } from '../archive/archive.ts';
import type { DataClasses } from '../classes.ts';
import type { AlertStore, EventStore } from '../contract.ts';
import { createAlertStore } from './alerts.ts';
import { Database, type StoreLog } from './database.ts';
import { createEventStore } from './events.ts';
import { FoundRowsCache, foundRowBytes } from './found_rows.ts';
import { Partitions } from './partitions.ts';
import { openRemoteEngine } from './remote_engine.ts';
import { createSealer, type Sealing } from './seal.ts';
import { createSealedStore } from './sealed_store.ts';

export type { StoreLog } from './database.ts';
export type { Sealing } from './seal.ts';

export interface DuckDbStoreOptions {
  /** Folder of the store; made where it is missing. */
  readonly directory: string;
  /** What DuckDB may use for its buffers (default 256); the process needs some 250 MB beyond. */
  readonly memoryLimitMb?: number;
  /** Threads of one query (default 2). */
  readonly threads?: number;
  /** Program of the thread that DuckDB gets: this package's `engine_thread.ts`, or its bundle. Absent: this thread. */
  readonly thread?: URL;
  readonly classes: DataClasses;
  readonly log?: StoreLog;
  /** Epoch milliseconds (default `Date.now`). */
  readonly clock?: () => number;
}

export interface DuckDbStore {
  readonly events: EventStore;
  readonly alerts: AlertStore;
  /** Seals the partitions that are over at `now` (epoch ms) into Parquet files, and answers which. */
  seal(now: number): Promise<readonly Sealing[]>;
  /** Its Parquet files, for an archive. */
  readonly sealed: SealedStore;
  /** Lets what is under way finish, and closes both. Idempotent. */
  close(): Promise<void>;
}

const silent: StoreLog = { info: () => {}, warn: () => {} };

/**
 * Opens the embedded store: `alerts.db` and one file per class and time partition under `events/`.
 *
 * @throws STORE_LOCKED, STORE_DAMAGED, STORE_VERSION, CLASS_UNKNOWN
 */
export async function openDuckDbStore({
  directory,
  memoryLimitMb = 256,
  threads = 2,
  thread,
  classes,
  log = silent,
  clock = Date.now,
}: DuckDbStoreOptions): Promise<DuckDbStore> {
  const started = performance.now();
  const spills = join(directory, 'spill');
  await mkdir(spills, { recursive: true });
  const own = randomUUID();
  const options = { spill: join(spills, own), memoryLimitMb, threads };
  const database = new Database(
    // DuckDB takes a while to load: only in the thread that it runs in.
    thread === undefined
      ? await (await import('./engine.ts')).openEngine(options)
      : openRemoteEngine(thread, options),
  );
  const partitions = new Partitions(database, join(directory, 'events'), classes, log);
  try {
    const alerts = await createAlertStore(database, join(directory, 'alerts.db'), classes, clock);
    // Alerts are attached, so nobody else has the store: others' are of processes that were killed, and hold events.
    for (const name of await readdir(spills))
      if (name !== own) await rm(join(spills, name), { recursive: true });
    await partitions.open();
    const sealer = createSealer(database, partitions, memoryLimitMb, log);
    const relief = { bytes: (memoryLimitMb / 16) * 1024 ** 2, seal: sealer.early };
    const found = new FoundRowsCache(database, (memoryLimitMb / 8) * (1024 ** 2 / foundRowBytes));
    const events = createEventStore(database, partitions, classes, clock, relief, found);
    const counts = { partitions: partitions.all().length, ms: Math.round(performance.now() - started) };
    log.info({ directory, ...counts }, 'store opened');
    const sealed = createSealedStore(database, partitions);
    return { events, alerts, seal: sealer.due, sealed, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}
