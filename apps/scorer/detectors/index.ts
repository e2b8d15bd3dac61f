export {
  type AnomalyDetection,
  type AnomalyDetectionDeps,
  startAnomalyDetection,
} from './anomaly_detection.ts';
export { type Definition, definitionJsonSchema, parseDefinition, ungraded } from './definition.ts';
export type { EngineState } from './engine.ts';
export { bytesOf } from './forests.ts';
export {
  alertOf,
  type Effect,
  effectOf,
  type Past,
  type PastResult,
  type Suggestion,
  suggestionsFrom,
} from './hindsight.ts';
export { type HistoricalRun, runOver } from './historical_run.ts';
export type { EntitiesAsked, EntityRow, Said } from './kept.ts';
export { knownBytes } from './known_values.ts';
export type { Learnt } from './learnt.ts';
export { edgesOf, type Normal, parseNormal, type Reach, speakingOf, type Tolerance } from './normal.ts';
export { thresholdOf } from './outcome.ts';
export { plainFeature, type Result } from './result.ts';
export type { WatchState } from './watch_state.ts';
export { saysOf } from './words.ts';
