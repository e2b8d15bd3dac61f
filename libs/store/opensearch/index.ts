export type { BulkLog, BulkMetrics } from './bulk/delivery.ts';
export { type BulkWriter, type BulkWriterDeps, createBulkWriter } from './bulk/writer.ts';
export { connectOpenSearch, type OpenSearchConnection, type SearchServer } from './client.ts';
export { type BulkConfig, bulkConfig, type OpenSearchConfig, openSearchConfig } from './config.ts';
export { eventIndex, eventIndices } from './index_name.ts';
export { installEventTemplate } from './template.ts';
