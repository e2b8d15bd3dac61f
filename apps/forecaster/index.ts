export type { EngineConfig, Overview } from './engine.ts';
export type { Detail, Figures } from './figures.ts';
export { type Forecaster, type ForecasterOptions, startForecaster } from './forecaster.ts';
