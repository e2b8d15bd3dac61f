export { createFileSnapshots, type KeptSnapshots, type SnapshotStore } from './snapshots.ts';
export { createKeyedStage, type KeyedStage, type KeyedStageConfig } from './stage.ts';
