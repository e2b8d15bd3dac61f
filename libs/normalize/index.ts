export { type Dataset, datasets } from './datasets.ts';
export type { Tag, Warning } from './draft.ts';
export { type EcsType, ecsVersion } from './ecs_fields.ts';
export { ecsTypeOf } from './ecs_types.ts';
export { allowedSkewMs, type Classify } from './envelope.ts';
export { errors } from './errors.ts';
export * from './normaliser.ts';
