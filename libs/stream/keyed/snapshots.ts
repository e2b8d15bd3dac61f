import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../durable.ts';

/**
 * Keeps the newest snapshot of each stage and partition. `save` resolves when it is durable; after a crash `load` gives
 * either the old or the new one, whole. `unit` is a partition's number, or `all` for a repartitioned stage.
 */
export interface SnapshotStore {
  load(stage: string, unit: string): Promise<Uint8Array | undefined>;
  save(stage: string, unit: string, snapshot: Uint8Array): Promise<void>;
}

/** Snapshots as files, `<directory>/<stage>.<unit>.snapshot`. */
export function createFileSnapshots(directory: string): SnapshotStore {
  const pathOf = (stage: string, unit: string): string => join(directory, `${stage}.${unit}.snapshot`);
  return {
    async load(stage, unit) {
      try {
        return await readFile(pathOf(stage, unit));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async save(stage, unit, snapshot) {
      await mkdir(directory, { recursive: true });
      await replaceFile(pathOf(stage, unit), snapshot);
    },
  };
}
