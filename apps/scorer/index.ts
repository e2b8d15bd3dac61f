export { type AdmissionConfig, type AdmittedModel, admitModel } from './admission.ts';
export { type BacktestPage, backtestModel, type ModelBacktest } from './backtest.ts';
export { scorerErrors } from './errors.ts';
export { type FoundVersion, findModels } from './folders.ts';
export { type Gate, gatesOf } from './gates.ts';
export type { AtWork, Loaded, ModelAtWork, ModelDrift, VersionDrift } from './protocol.ts';
export { keyOf } from './protocol.ts';
export { createReferenceWriter } from './reference.ts';
export {
  compareVersions,
  type ModelStage,
  type ModelState,
  modelStages,
  moveVersion,
  noDecisions,
  readModelState,
  type StageChange,
  stagesOf,
  versionBefore,
} from './registry.ts';
export { type ClassTable, type Score, scoreClass, scoreRecord, scoresDataset } from './score_document.ts';
export { type Scorer, type ScorerDeps, startScorer, type Trouble } from './scorer.ts';
export type { Suspended } from './suspension.ts';
export { createTurns } from './turns.ts';
