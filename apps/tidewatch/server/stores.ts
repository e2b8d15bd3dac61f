import { join } from 'node:path';
import type { AlertStore, DataClasses, EventStore } from '@tidewatch/store';
import type { Archive } from '@tidewatch/store/archive';
import type { OpenSearchConfig } from '@tidewatch/store/opensearch';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { workers } from './workers.ts';

/** Where events and alerts are kept, to be searched. */
export interface Stores {
  readonly events: EventStore;
  readonly alerts: AlertStore;
  /** Sets up in a cluster what it lacks or has otherwise, e.g. the times to live of its own policies; absent where there is none. */
  readonly setUp?: () => Promise<void>;
  /** Seals or exports the partitions that are over at `now` (epoch ms); absent where others do. */
  readonly seal?: (now: number) => Promise<unknown>;
  /** Copies of closed partitions elsewhere; absent where none are made. */
  readonly archive?: Archive;
  /** Lets what is under way finish, and closes both. */
  close(): Promise<void>;
}

/** Opens the stores that are configured: those of this process' data folder, or those of a cluster. */
export async function openStores(
  config: Config,
  classes: DataClasses,
  metrics: Metrics,
  log: Logger,
): Promise<Stores> {
  const { opensearch, memory, threads } = config.store;
  if (opensearch !== undefined) {
    const stores = await openClusterStores(opensearch, classes, metrics, log);
    const [exports, reads] = [config.roles.includes('index'), config.roles.includes('api')];
    if (config.archive === undefined || !(exports || reads)) return stores;
    const { withClusterArchive } = await import('./governance/archive.ts');
    const directory = join(config.data, 'archive');
    return withClusterArchive(stores, config.archive, { directory, classes, log, exports });
  }
  // A native library, of which a process that writes elsewhere needs none.
  const { openDuckDbStore } = await import('@tidewatch/store/duckdb');
  const store = await openDuckDbStore({
    directory: join(config.data, 'store'),
    memoryLimitMb: Math.round(memory / 1024 ** 2),
    threads,
    thread: workers.store,
    classes,
    log,
  });
  if (config.archive === undefined) return store;
  const { withArchive } = await import('./governance/archive.ts');
  return withArchive(store, config.archive, classes, log);
}

/** Connects to OpenSearch and sees to it that its indices will be right. */
async function openClusterStores(
  config: OpenSearchConfig,
  classes: DataClasses,
  metrics: Metrics,
  log: Logger,
): Promise<Stores> {
  const opensearch = await import('@tidewatch/store/opensearch');
  const connection = await opensearch.connectOpenSearch(config);
  let told: ReadonlySet<string> = new Set();
  async function setUp(): Promise<void> {
    const { steps } = await opensearch.setupOpenSearch(connection, classes);
    const before = told;
    told = new Set(steps.map((step) => JSON.stringify(step)));
    for (const { what, state, says } of steps.filter((step) => !before.has(JSON.stringify(step))))
      if (state === 'refused') log.warn({ what, state, reason: says }, 'Setting up OpenSearch');
      else if (state !== 'there') log.info({ what, state, says }, 'Setting up OpenSearch');
  }
  try {
    await setUp();
  } catch (error) {
    await connection.close();
    throw error;
  }
  const writer = opensearch.createBulkWriter({
    connection,
    classes,
    log,
    metrics: {
      request(outcome, seconds) {
        metrics.count('index_requests_total', { outcome });
        metrics.observe('index_request_duration_seconds', { outcome }, seconds);
      },
      retry: (reason, documents) => metrics.count('index_retries_total', { reason }, documents),
      inFlight: (bytes) => metrics.set('index_in_flight_bytes', {}, bytes),
    },
  });
  const alerts = opensearch.createAlertStore({ connection, classes });
  return {
    events: {
      ...opensearch.createEventReader({ connection, classes }),
      write: (batch) => writer.write(batch),
      close: () => writer.close(),
    },
    alerts,
    setUp,
    async close() {
      await writer.close();
      await alerts.close();
      await connection.close();
    },
  };
}
