export {
  type Finding,
  type GroupReport,
  type InspectOptions,
  inspectLog,
  type LogReport,
  type StreamReport,
} from './inspect.ts';
export type { PartitionReport, SegmentReport } from './inspect_partition.ts';
export { createWal, type WalConfig } from './wal.ts';
