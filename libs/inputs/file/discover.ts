import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';

/** What one configured path or pattern stands for now. */
export interface Discovered {
  readonly pattern: string;
  /** Absolute, of files only. */
  readonly paths: readonly string[];
  /** Why it stands for nothing it ever could: a directory, no right to look. */
  readonly problem?: string;
}

const compressed = /\.(gz|bz2|xz|zst|zip)$/i;

export async function discover(pattern: string): Promise<Discovered> {
  const path = resolve(pattern);
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return { pattern, paths: [path] };
    const problem = `is a directory, not a file. To follow the files in it, write ${join(pattern, '*')}`;
    return { pattern, paths: [], problem };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return { pattern, paths: [], problem: message };
  }
  const paths = await glob(path, { absolute: true, onlyFiles: true, expandDirectories: false });
  return { pattern, paths: paths.filter((each) => !compressed.test(each)).sort() };
}

/** Where a file went that was renamed by rotation: a neighbour that has its inode and begins with its name. */
export async function findRenamed(path: string, inode: string): Promise<string | undefined> {
  const directory = dirname(path);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(basename(path)) || compressed.test(name)) continue;
    const found = await stat(join(directory, name), { bigint: true }).catch(() => undefined);
    if (found?.isFile() && String(found.ino) === inode) return join(directory, name);
  }
  return undefined;
}
