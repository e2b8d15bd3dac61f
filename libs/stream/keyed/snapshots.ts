import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
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

/** Snapshots that can be forgotten. */
export interface KeptSnapshots extends SnapshotStore {
  /** How many {@link expire} would delete by now. */
  due(before: number, stages: readonly string[]): Promise<number>;
  /**
   * Deletes the snapshots of some stages that were last saved before `before` (epoch ms), and answers how many: no event
   * has come since, and so what they know is older. A stage without begins at its group's committed position.
   */
  expire(before: number, stages: readonly string[]): Promise<number>;
}

/** Snapshots as files, `<directory>/<stage>.<unit>.snapshot`. */
export function createFileSnapshots(directory: string): KeptSnapshots {
  const pathOf = (stage: string, unit: string): string => join(directory, `${stage}.${unit}.snapshot`);

  async function old(before: number, stages: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const name of await readdir(directory).catch(() => [])) {
      const path = join(directory, name);
      if (stages.some((stage) => name.startsWith(`${stage}.`)) && (await stat(path)).mtimeMs < before)
        found.push(path);
    }
    return found;
  }

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
    due: async (before, stages) => (await old(before, stages)).length,
    async expire(before, stages) {
      const paths = await old(before, stages);
      for (const path of paths) await rm(path);
      return paths.length;
    },
  };
}
