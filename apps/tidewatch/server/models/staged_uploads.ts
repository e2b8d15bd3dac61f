import { appendFile, mkdir, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileLimit } from '@tidewatch/models';
import { scorerErrors } from '@tidewatch/scorer';

/** A part of a file of a version. */
export interface UploadedPart {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** Where it belongs, bytes from the file's start. */
  readonly offset: number;
  readonly content: Uint8Array;
}

export interface StagedLimits {
  /** Bytes of all uploads that were begun; default 512 MiB. */
  readonly bytes?: number;
  /** Files of all uploads that were begun; default 256. */
  readonly files?: number;
  /** An upload that gets no part for so long was given up, milliseconds; default an hour. */
  readonly givenUpMs?: number;
}

const mebi = 2 ** 20;

/** Versions on their way here, one folder each, until they are whole. One call at a time. */
export function openStagedUploads(
  root: string,
  { bytes: mostBytes = 512 * mebi, files: mostFiles = 256, givenUpMs = 3_600_000 }: StagedLimits = {},
) {
  const folderOf = (name: string, version: string) => join(root, name, version);

  /** Deletes what was given up, and adds up the rest. */
  async function clean(now = Date.now()): Promise<{ bytes: number; files: number }> {
    const left = { bytes: 0, files: 0 };
    for (const name of await namesIn(root)) {
      for (const version of await namesIn(join(root, name))) {
        const folder = folderOf(name, version);
        const files = await Promise.all((await namesIn(folder)).map((file) => stat(join(folder, file))));
        const last = Math.max((await stat(folder)).mtimeMs, ...files.map(({ mtimeMs }) => mtimeMs));
        if (now - last >= givenUpMs) await rm(folder, { recursive: true });
        else {
          left.files += files.length;
          left.bytes += files.reduce((sum, { size }) => sum + size, 0);
        }
      }
      if ((await namesIn(join(root, name))).length === 0) await rm(join(root, name), { recursive: true });
    }
    return left;
  }

  return {
    folderOf,
    clean,
    /**
     * Writes a part; one that comes again takes its own place. Rejects with MODEL_PART, or MODEL_UPLOADS where too much was begun.
     *
     * @returns how many bytes of the file are there
     */
    async write({ name, version, file, offset, content }: UploadedPart): Promise<number> {
      const begun = await clean();
      const folder = folderOf(name, version);
      const path = join(folder, file);
      const known = await stat(path).catch(orNothing(undefined));
      if (begun.bytes + content.length > mostBytes || (known === undefined && begun.files >= mostFiles))
        throw scorerErrors.MODEL_UPLOADS({ ...begun, minutes: givenUpMs / 60_000 });
      const size = known?.size ?? 0;
      if (offset > size || offset + content.length > fileLimit)
        throw scorerErrors.MODEL_PART({ file, offset, size, limit: fileLimit });
      await mkdir(folder, { recursive: true });
      if (offset < size) await truncate(path, offset);
      await appendFile(path, content);
      return offset + content.length;
    },
  };
}

const orNothing =
  <T>(nothing: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return nothing;
    throw error;
  };
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(orNothing([] as string[]));
