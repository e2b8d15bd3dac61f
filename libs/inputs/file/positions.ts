import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@tidewatch/telemetry';
import { z } from 'zod';
import { replaceFile } from '../replace_file.ts';

/** Bytes known by their length and the first half of their SHA-256. */
const digest = z.object({ length: z.number(), sha256: z.string() });
export type Digest = z.infer<typeof digest>;

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
  /** The first bytes, at most 1 KiB, of what was seen of it: whether the inode still holds this file. */
  head: digest,
  /** The last bytes before `offset`, at most 1 KiB: whether another file holds what was read of this one. */
  foot: digest,
  /** Where a record was ended that the file's bytes alone would not have ended there; it ends there for ever. */
  closed: z.number(),
  /** The header that what follows stands under; null where there is none, missing where nobody has looked. */
  header: z.string().nullable().optional(),
  /** It was rotated away and read to its end. */
  over: z.boolean(),
  /** When the file was last there, epoch milliseconds. */
  seen: z.number(),
});

const positionsFile = z.object({
  version: z.literal(2),
  /** When directories were last looked into, epoch milliseconds. */
  looked: z.number(),
  files: z.array(position),
});

/** What is known of files, and since when nobody looked for more. */
export interface Positions {
  readonly looked: number;
  readonly files: readonly FilePosition[];
}

export type FilePosition = z.infer<typeof position>;

/** Keeps how far each file was read, in one file that is replaced as a whole. */
export interface PositionStore {
  /** What was saved; undefined where nothing ever was, i.e. at the first start. */
  load(): Promise<Positions | undefined>;
  /** Resolves when durable. */
  save(positions: Positions): Promise<void>;
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
        const { looked, files } = positionsFile.parse(JSON.parse(text));
        return { looked, files: files.filter(({ seen }) => seen > Date.now() - forgetMs) };
      } catch (error) {
        await rename(path, `${path}.damaged`);
        // Ids come from the files themselves, so that reading them again gives events that are already there.
        log.error(
          { err: error, path },
          'The positions of the file input are damaged and set aside: files are read again',
        );
        return { looked: Date.now(), files: [] };
      }
    },
    save: (positions) => replaceFile(path, JSON.stringify({ version: 2, ...positions })),
  };
}
