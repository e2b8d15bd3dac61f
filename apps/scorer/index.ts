export type { AtWork, Histograms, Loaded, ModelAtWork } from './protocol.ts';
export { keyOf } from './protocol.ts';
export { type ClassTable, type Score, scoreClass, scoreRecord, scoresDataset } from './score_document.ts';
export { type Scorer, type ScorerDeps, startScorer, type Trouble } from './scorer.ts';
export type { Suspended } from './suspension.ts';
