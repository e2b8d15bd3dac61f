export type { EngineConfig, Overview } from './engine.ts';
export { type Forecaster, type ForecasterOptions, startForecaster } from './forecaster.ts';
export type { Detail, Figures } from './series.ts';
