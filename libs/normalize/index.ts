export { type Dataset, datasets } from './datasets.ts';
export type { Tag, Warning } from './draft.ts';
export type { Classify } from './envelope.ts';
export * from './normaliser.ts';
export type { Figures, Parser } from './parsers/compile.ts';
export { createDispatch, type Dispatch } from './parsers/dispatch.ts';
export * from './parsers/load.ts';
export type { Resources } from './processors/processor.ts';
export type { Stage, StageContext } from './stage.ts';
