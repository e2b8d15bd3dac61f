import { constants, existsSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, ControlStore } from '@tidewatch/control';
import type { Output } from '@tidewatch/detector';
import { isTidewatchError } from '@tidewatch/event';
import type { DataClasses, EventStore, RetentionRegistry } from '@tidewatch/store';
import type { KeptSnapshots, Log, OpenOptions, Stream } from '@tidewatch/stream';
import type { Documents } from '@tidewatch/stream/documents';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { reasonOf, startErrors } from '../errors.ts';
import { enrolKeepers, shortestTtl } from './governance/retention.ts';
import { createLog } from './log.ts';
import { noOutputs, openOutputs } from './outputs.ts';
import { openRedirects } from './redirects.ts';
import { exceptionFolder } from './rules/exceptions.ts';
import { readRunFile } from './run_file.ts';
import { openStores, type Stores } from './stores.ts';

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
  /** Where parsers send events instead of the events' stream, by name; none in a process that reads no records. */
  readonly redirects: ReadonlyMap<string, Stream>;
  readonly snapshots: KeptSnapshots;
  /** What people write: rules, exceptions, use-cases. Absent in a process that only stores. */
  readonly documents: Documents | undefined;
  readonly retention: RetentionRegistry;
  /** The control database, which is made where there is none. */
  openControl(): Promise<ControlStore>;
  /** Notes what Tidewatch does by itself. Durable when it resolves. */
  audit(entry: AuditEntry): Promise<void>;
  /** Absent in a process that neither searches nor writes. */
  readonly store: Stores | undefined;
  /** Absent in a process whose roles neither search nor write here. */
  readonly databases: Databases | undefined;
  /** Where the index role writes; absent where it does not run. */
  readonly eventWriter: Pick<EventStore, 'write'> | undefined;
  close(): Promise<void>;
}

/** What is searched, and who may do what. */
export interface Databases {
  readonly store: Stores;
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
  const searches = config.roles.some((role) => role === 'detector' || role === 'scorer' || role === 'api');
  await prepareFolder(config.data);
  const indexes = config.roles.includes('index');
  // The store waits for its own disk, so it is opened beside the log, whose errors are told first.
  const opening = searches || indexes ? openStores(config, classes, metrics, logger) : undefined;
  opening?.catch(() => undefined);
  const { log, snapshots, openDocuments } = await createLog(config, logger);
  const [events, deadLetters, letterOutcomes] = await openStreams(log, config);
  const matches = config.roles.includes('detector') ? await log.open('matches') : undefined;
  const documents = config.roles.some((role) => role !== 'index') ? await openDocuments() : undefined;
  const { outputs, streams } = config.roles.includes('detector')
    ? await openOutputs(log, config, shortestTtl(classes))
    : noOutputs;
  const reads = config.roles.some((role) => role === 'ingest' || role === 'api');
  const redirects = reads ? await openRedirects(log, config, shortestTtl(classes)) : undefined;
  const store = await opening;
  const embedded = config.store.opensearch === undefined;
  const controls = lazyControl(config);
  const control = searches || (indexes && embedded) ? await controls.open() : undefined;
  const retention = enrolKeepers(classes, {
    events,
    deadLetters,
    letterOutcomes,
    matches,
    outputs: streams,
    redirects: redirects?.streams ?? [],
    documents,
    exceptions: exceptionFolder(config.data),
    snapshots,
    control: controls.existing,
    ...(store && { store }),
  });
  return {
    events,
    deadLetters,
    letterOutcomes,
    matches,
    outputs,
    redirects: redirects?.redirects ?? new Map(),
    snapshots,
    documents,
    retention,
    openControl: controls.open,
    audit: async (entry) => (await controls.open()).audit.append(entry),
    store,
    databases: store && control && { store, control },
    eventWriter: indexes ? store?.events : undefined,
    async close() {
      await store?.close();
      await documents?.close();
      await log.close();
      await controls.close();
    },
  };
}

/** Not every process needs one from the beginning, and its native library. */
function lazyControl({ data }: Config) {
  const file = join(data, 'control.db');
  let opened: Promise<ControlStore> | undefined;
  function open(): Promise<ControlStore> {
    opened ??= import('@tidewatch/control').then(({ openControlStore }) => openControlStore({ file }));
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  }
  return {
    open,
    existing: async () => (opened !== undefined || existsSync(file) ? open() : undefined),
    close: async () => (await opened)?.close(),
  };
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
