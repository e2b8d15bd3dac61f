export { alertChangeIndex, alertIndex, installAlertIndices } from './alert_index.ts';
export { type AlertStoreDeps, createAlertStore } from './alerts.ts';
export type { BulkLog, BulkMetrics } from './bulk/delivery.ts';
export { type BulkWriter, type BulkWriterDeps, createBulkWriter } from './bulk/writer.ts';
export { connectOpenSearch, type OpenSearchConnection, type SearchServer } from './client.ts';
export { type BulkConfig, bulkConfig, type OpenSearchConfig, openSearchConfig } from './config.ts';
export { createEventReader, type EventReader, type EventReaderDeps } from './events.ts';
export { eventIndex, eventIndices } from './index_name.ts';
export { installEventTemplate } from './template.ts';
