import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Bytes of all files below a folder; 0 where there is none. Files that go meanwhile, or can't be looked at, don't count. */
export async function bytesIn(path: string): Promise<number> {
  let sum = 0;
  for await (const { bytes } of filesIn(path)) sum += bytes;
  return sum;
}

/** Bytes of a file with its companions beside it (`-wal`, `.wal`, `-shm`). */
export async function bytesOfFile(path: string): Promise<number> {
  const sizes = await Promise.all(['', '-wal', '.wal', '-shm'].map((end) => fileBytes(path + end)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Every file below a folder, one folder at a time, so that the pool of threads stays free for others. */
export async function* filesIn(
  path: string,
): AsyncGenerator<{ readonly path: string; readonly bytes: number }> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ignoreAbsent);
  for (const entry of entries ?? []) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) yield* filesIn(inside);
    else if (entry.isFile()) yield { path: inside, bytes: await fileBytes(inside) };
  }
}

const fileBytes = async (path: string): Promise<number> => (await stat(path).catch(ignoreAbsent))?.size ?? 0;

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  // At the root of a volume there may be a `lost+found` that is only root's.
  if (!/^(?:ENOENT|ENOTDIR|EACCES|EPERM)$/.test(error.code ?? '')) throw error;
}

/** A volume, in bytes; `free` is what a user other than root may still write. */
export interface Volume {
  readonly device: number;
  readonly size: number;
  readonly free: number;
}

/** The volume of a path, which need not exist yet. */
export async function volumeOf(path: string): Promise<Volume> {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const [{ bavail, blocks, bsize }, { dev }] = await Promise.all([statfs(there), stat(there)]);
  return { device: dev, size: blocks * bsize, free: bavail * bsize };
}
