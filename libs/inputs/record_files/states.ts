import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@tidewatch/telemetry';
import { z } from 'zod';
import { replaceFile } from '../replace_file.ts';

/** How far one file was read. */
export interface FileState<P> {
  readonly path: string;
  /** What the file was like when it was read to its end; undefined until it was. */
  readonly stamp?: string | undefined;
  /** Everything before is durable in the pipeline; undefined where nothing was taken yet. */
  readonly position?: P | undefined;
  /** When it was last read, epoch milliseconds. */
  readonly seen: number;
}

/** The states of all files of one input, by key (inode and time of birth), kept in one file. */
export interface FileStates<P> {
  load(): Promise<void>;
  of(key: string): FileState<P> | undefined;
  /** Both this and `end` are kept in memory until the next save. */
  move(key: string, path: string, position: P): void;
  /** The file was read to its end, as `stamp` describes it. */
  end(key: string, at: { readonly path: string; readonly stamp: string }): void;
  /** Resolves when durable. */
  save(): Promise<void>;
}

/** Files that did not change for longer are forgotten; read again, their records have the same ids. */
const forgetMs = 365 * 24 * 3600 * 1000;

export function createFileStates<P>(directory: string, position: z.ZodType<P>, log: Logger): FileStates<P> {
  const path = join(directory, 'positions.json');
  const file = z.object({
    version: z.literal(1),
    files: z.record(
      z.string(),
      z.object({
        path: z.string(),
        stamp: z.string().optional(),
        position: position.optional(),
        seen: z.number(),
      }),
    ),
  });
  let states = new Map<string, FileState<P>>();
  const save = (): Promise<void> =>
    replaceFile(path, JSON.stringify({ version: 1, files: Object.fromEntries(states) }));

  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return;
      try {
        const since = Date.now() - forgetMs;
        const { files } = file.parse(JSON.parse(text));
        states = new Map(Object.entries(files).filter(([, { seen }]) => seen > since));
      } catch (error) {
        await rename(path, `${path}.damaged`);
        log.error({ err: error, path }, 'The positions are damaged and set aside: files are read again');
      }
    },
    of: (key) => states.get(key),
    move: (key, at, next) => void states.set(key, { path: at, position: next, seen: Date.now() }),
    end: (key, at) => void states.set(key, { ...states.get(key), ...at, seen: Date.now() }),
    save,
  };
}
