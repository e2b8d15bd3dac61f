import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlStore } from '@tidewatch/control';
import type { Output } from '@tidewatch/detector';
import { isTidewatchError } from '@tidewatch/event';
import type { DataClasses, EventStore, RetentionRegistry } from '@tidewatch/store';
import type { DuckDbStore } from '@tidewatch/store/duckdb';
import type { Log, OpenOptions, SnapshotStore, Stream } from '@tidewatch/stream';
import type { Documents } from '@tidewatch/stream/documents';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { reasonOf, startErrors } from '../errors.ts';
import { exceptionFolder } from './exceptions.ts';
import { createLog } from './log.ts';
import { noOutputs, openOutputs } from './outputs.ts';
import { enrolKeepers } from './retention.ts';
import { readRunFile } from './run_file.ts';
import { workers } from './workers.ts';

/** What is opened once and shared by the roles of one process. */
export interface Adapters {
  readonly events: Stream;
  readonly deadLetters: Stream;
  /** What became of each dead letter. */
  readonly letterOutcomes: Stream;
  /** What correlations build on; absent in a process that detects nothing. */
  readonly matches: Stream | undefined;
  /** Where matches are written besides the alerts; none in a process that detects nothing. */
  readonly outputs: readonly Output[];
  readonly snapshots: SnapshotStore;
  /** What people write: rules, exceptions. Absent in a process that neither detects nor is asked. */
  readonly documents: Documents | undefined;
  readonly retention: RetentionRegistry;
  /** Absent in a process whose roles neither search nor write here. */
  readonly databases: Databases | undefined;
  /** Where the index role writes; absent where it does not run. */
  readonly eventWriter: Pick<EventStore, 'write'> | undefined;
  close(): Promise<void>;
}

/** The files that one process at a time has open: events and alerts, and who may do what. */
export interface Databases {
  readonly store: DuckDbStore;
  readonly control: ControlStore;
}

/** The databases, for roles that are not started without. */
export function databasesOf({ databases }: Pick<Adapters, 'databases'>): Databases {
  if (databases === undefined) throw new TypeError('This process opened no databases.');
  return databases;
}

/** What people wrote, for roles that are not started without. */
export function documentsOf({ documents }: Pick<Adapters, 'documents'>): Documents {
  if (documents === undefined) throw new TypeError('This process opened no documents.');
  return documents;
}

/** Opens what this process' roles need, and enrols all that it keeps in the retention registry. */
export async function openAdapters(
  config: Config,
  classes: DataClasses,
  metrics: Metrics,
  logger: Logger,
): Promise<Adapters> {
  const { opensearch } = config.store;
  const searching = config.roles.filter((role) => role === 'detector' || role === 'api');
  if (opensearch !== undefined && searching.length > 0)
    throw startErrors.OPENSEARCH_WRITES_ONLY({ roles: searching.join(' and ') });
  await prepareFolder(config.data);
  const { log, snapshots, openDocuments } = await createLog(config, logger);
  const [events, deadLetters, letterOutcomes] = await openStreams(log, config);
  const matches = config.roles.includes('detector') ? await log.open('matches') : undefined;
  const documents = searching.length > 0 ? await openDocuments() : undefined;
  const { outputs, streams } = config.roles.includes('detector') ? await openOutputs(log, config) : noOutputs;
  const indexes = config.roles.includes('index');
  const databases =
    searching.length > 0 || (indexes && opensearch === undefined)
      ? await openDatabases(config, classes, logger)
      : undefined;
  const openSearchWriter =
    indexes && opensearch !== undefined
      ? await (await import('./event_writer.ts')).openOpenSearchWriter(opensearch, classes, metrics, logger)
      : undefined;
  const retention = enrolKeepers(classes, {
    events,
    deadLetters,
    letterOutcomes,
    matches,
    outputs: streams,
    documents,
    exceptions: exceptionFolder(config.data),
    ...databases,
  });
  return {
    events,
    deadLetters,
    letterOutcomes,
    matches,
    outputs,
    snapshots,
    documents,
    retention,
    databases,
    eventWriter: openSearchWriter ?? databases?.store.events,
    async close() {
      await openSearchWriter?.close();
      await databases?.store.close();
      await documents?.close();
      await log.close();
      await databases?.control.close();
    },
  };
}

async function openDatabases(config: Config, classes: DataClasses, log: Logger): Promise<Databases> {
  // Native libraries, of which a process that writes elsewhere needs none.
  const [{ openDuckDbStore }, { openControlStore }] = await Promise.all([
    import('@tidewatch/store/duckdb'),
    import('@tidewatch/control'),
  ]);
  const store = await openDuckDbStore({
    directory: join(config.data, 'store'),
    memoryLimitMb: Math.round(config.store.memory / 1024 ** 2),
    threads: config.store.threads,
    thread: workers.store,
    classes,
    log,
  });
  return { store, control: openControlStore({ file: join(config.data, 'control.db') }) };
}

/** The log's lock tells whether another process has the folder: unlike a process id it can't be somebody else's by now. */
async function openStreams(log: Log, { data, stream }: Config): Promise<[Stream, Stream, Stream]> {
  const { time, size, hard } = stream.retention;
  const retention: OpenOptions['retention'] = {
    ...(time === undefined ? {} : { ms: time }),
    ...(size === undefined ? {} : { bytes: size }),
    hard,
  };
  try {
    return await Promise.all([
      log.open('events', { retention }),
      log.open('dead-letters', { reclaim: false }),
      log.open('dead-letters.outcomes', { reclaim: false }),
    ]);
  } catch (error) {
    if (!isTidewatchError(error, 'LOG_LOCKED')) throw error;
    const url = (await readRunFile(data))?.url ?? 'starting';
    throw startErrors.ALREADY_RUNNING({ directory: data, pid: error.details.pid, url });
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
