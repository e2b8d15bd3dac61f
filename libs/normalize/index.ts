export { type Dataset, datasets } from './datasets.ts';
export type { Tag, Warning } from './draft.ts';
export type { Classify } from './envelope.ts';
export * from './normaliser.ts';
export type { Stage, StageContext } from './stage.ts';
