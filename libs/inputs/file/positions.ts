import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@tidewatch/telemetry';
import { z } from 'zod';

const position = z.object({
  path: z.string(),
  inode: z.string(),
  /** When the inode was made, in nanoseconds since 1970; 0 where the file system does not tell. */
  born: z.string(),
  /** How often this file was truncated since it was first seen. */
  generation: z.number(),
  /** What event ids are made of; null until the first line is complete. */
  fingerprint: z.string().nullable(),
  /** Everything before this byte is durable in the pipeline. */
  offset: z.number(),
  /** SHA-256 of the first bytes, at most 1 KiB and none behind `offset`: whether the inode still holds this file. */
  head: z.object({ length: z.number(), sha256: z.string() }),
  /** When the file was last there, epoch milliseconds. */
  seen: z.number(),
});

const positionsFile = z.object({ version: z.literal(1), files: z.array(position) });

export type FilePosition = z.infer<typeof position>;

/** Keeps how far each file was read, in one file that is replaced as a whole. */
export interface PositionStore {
  /** What was saved; undefined where nothing ever was, i.e. at the first start. */
  load(): Promise<FilePosition[] | undefined>;
  /** Resolves when durable. */
  save(positions: readonly FilePosition[]): Promise<void>;
}

/** Positions of files that were gone for longer are forgotten. */
const forgetMs = 30 * 24 * 3600 * 1000;

export function createPositionStore(directory: string, log: Logger): PositionStore {
  const path = join(directory, 'positions.json');
  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      try {
        const { files } = positionsFile.parse(JSON.parse(text));
        return files.filter(({ seen }) => seen > Date.now() - forgetMs);
      } catch (error) {
        await rename(path, `${path}.damaged`);
        // Ids come from the files themselves, so that reading them again gives events that are already there.
        log.error(
          { err: error, path },
          'The positions of the file input are damaged and set aside: files are read again',
        );
        return [];
      }
    },
    async save(positions) {
      await mkdir(directory, { recursive: true });
      const file = await open(`${path}.new`, 'w');
      try {
        await file.writeFile(JSON.stringify({ version: 1, files: positions }));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      const folder = await open(directory, 'r');
      await folder.sync().finally(() => folder.close());
    },
  };
}
