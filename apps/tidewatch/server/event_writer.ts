import type { DataClasses, EventStore } from '@tidewatch/store';
import {
  connectOpenSearch,
  createBulkWriter,
  installEventTemplate,
  type OpenSearchConfig,
} from '@tidewatch/store/opensearch';
import type { Logger, Metrics } from '@tidewatch/telemetry';

/** Where the index role writes, when that is not a database of this process. */
export interface EventWriter extends Pick<EventStore, 'write'> {
  close(): Promise<void>;
}

/** Connects to OpenSearch and sees to it that its indices will be right. */
export async function openOpenSearchWriter(
  config: OpenSearchConfig,
  classes: DataClasses,
  metrics: Metrics,
  log: Logger,
): Promise<EventWriter> {
  const connection = await connectOpenSearch(config);
  await installEventTemplate(connection);
  const writer = createBulkWriter({
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
  return {
    write: (batch) => writer.write(batch),
    async close() {
      await writer.close();
      await connection.close();
    },
  };
}
