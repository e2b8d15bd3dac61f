export * from './catalogue.ts';
export * from './health.ts';
export * from './logger.ts';
export type { MetricRow } from './metric_row.ts';
export * from './metrics.ts';
export * from './terminal.ts';
