export {
  type AnomalyDetection,
  type AnomalyDetectionDeps,
  startAnomalyDetection,
} from './anomaly_detection.ts';
export { type Definition, definitionJsonSchema, parseDefinition } from './definition.ts';
export type { EngineState } from './engine.ts';
export { bytesOf } from './forests.ts';
export { type HistoricalRun, runOver } from './historical_run.ts';
export type { Result } from './result.ts';
export type { WatchState } from './watch.ts';
export { saysOf } from './words.ts';
