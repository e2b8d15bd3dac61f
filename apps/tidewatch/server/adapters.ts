import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ControlStore, openControlStore } from '@tidewatch/control';
import { isTidewatchError } from '@tidewatch/event';
import type { DataClasses, RetentionRegistry } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots, type Log, type SnapshotStore, type Stream } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import type { Logger } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { reasonOf, startErrors } from '../errors.ts';
import { enrolKeepers } from './retention.ts';
import { readRunFile } from './run_file.ts';

/** What is opened once and shared by the roles of one process. */
export interface Adapters {
  readonly events: Stream;
  readonly deadLetters: Stream;
  readonly store: DuckDbStore;
  readonly control: ControlStore;
  readonly snapshots: SnapshotStore;
  readonly retention: RetentionRegistry;
  close(): Promise<void>;
}

/** Opens the embedded adapters on the data folder, and enrols all that they keep in the retention registry. */
export async function openAdapters(config: Config, classes: DataClasses, logger: Logger): Promise<Adapters> {
  await prepareFolder(config.data);
  const log = createWal({
    directory: join(config.data, 'streams'),
    diskBudgetBytes: config.stream.budget,
    log: logger,
  });
  const [events, deadLetters] = await openStreams(log, config.data);
  const store = await openDuckDbStore({
    directory: join(config.data, 'store'),
    memoryLimitMb: Math.round(config.store.memory / 1024 ** 2),
    threads: config.store.threads,
    classes,
    log: logger,
  });
  const control = openControlStore({ file: join(config.data, 'control.db') });
  const snapshots = createFileSnapshots(join(config.data, 'snapshots'));
  const retention = enrolKeepers(classes, { events, deadLetters, store, control });
  return {
    events,
    deadLetters,
    store,
    control,
    snapshots,
    retention,
    async close() {
      await store.close();
      await log.close();
      await control.close();
    },
  };
}

/** The log's lock tells whether another process has the folder: unlike a process id it can't be somebody else's by now. */
async function openStreams(log: Log, directory: string): Promise<[Stream, Stream]> {
  try {
    return await Promise.all([log.open('events'), log.open('dead-letters', { reclaim: false })]);
  } catch (error) {
    if (!isTidewatchError(error, 'LOG_LOCKED')) throw error;
    const url = (await readRunFile(directory))?.url ?? 'starting';
    throw startErrors.ALREADY_RUNNING({ directory, pid: error.details.pid, url });
  }
}

async function prepareFolder(directory: string): Promise<void> {
  try {
    // What it holds is personal data: nobody else on the machine may read it.
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw startErrors.DATA_NOT_WRITABLE({ directory, reason: reasonOf(error) });
  }
}
