import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { isForeign } from './names.ts';

/** What one configured path or pattern stands for now. */
export interface Discovered {
  readonly pattern: string;
  /** Absolute, of files only. */
  readonly paths: readonly string[];
  /** Why it stands for nothing it ever could: a directory, no right to look. */
  readonly problem?: string;
}

export async function discover(pattern: string): Promise<Discovered> {
  const path = resolve(pattern);
  try {
    const found = await stat(path);
    if (found.isFile()) return { pattern, paths: [path] };
    const problem = found.isDirectory()
      ? `is a directory, not a file. To follow the files in it, write ${join(pattern, '*')}`
      : 'is not a file';
    return { pattern, paths: [], problem };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return { pattern, paths: [], problem: message };
  }
  const problem = await whyUnreadable(path);
  if (problem !== undefined) return { pattern, paths: [], problem };
  const paths = await glob(path, { absolute: true, onlyFiles: true, expandDirectories: false });
  return { pattern, paths: paths.filter((each) => !isForeign(each)).sort() };
}

/** The walk over directories says nothing of those it may not read; the one it begins in it must. */
async function whyUnreadable(path: string): Promise<string | undefined> {
  const fixed = /[*?[{(!]/.test(path) ? path.slice(0, path.search(/[*?[{(!]/)) : path;
  try {
    await readdir(dirname(`${fixed}x`));
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : message;
  }
}

/** A file as a look at its path found it. */
export interface Found {
  readonly path: string;
  /** Inode and time of birth: the same while it is renamed, and not given again. */
  readonly key: string;
  /** Nothing was written while it is the same. */
  readonly stamp: string;
  /** Epoch milliseconds: last written, last changed in any way, made. */
  readonly written: number;
  readonly changed: number;
  readonly born: number;
}

/** Undefined for what is gone or is no file. Rejects with the system's error otherwise. */
export async function lookAt(path: string): Promise<Found | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile()) return undefined;
    const { ino, birthtimeNs, size, mtimeNs, mtimeMs, ctimeMs, birthtimeMs } = found;
    return {
      path,
      key: `${ino} ${birthtimeNs}`,
      stamp: `${size} ${mtimeNs}`,
      written: Number(mtimeMs),
      changed: Number(ctimeMs),
      born: Number(birthtimeMs) || Number(ctimeMs),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The paths in a directory; none where it can't be read. */
export async function pathsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => !isForeign(name)).map((name) => join(directory, name));
}

/** Looks are made this many at a time: ten thousand at once would keep everything else waiting. */
const looksAtOnce = 64;

export async function lookAtAll(
  paths: readonly string[],
  failed: (path: string, error: Error) => void,
): Promise<Found[]> {
  const all: Found[] = [];
  for (let i = 0; i < paths.length; i += looksAtOnce) {
    const looks = paths.slice(i, i + looksAtOnce).map((path) =>
      lookAt(path).catch((error: Error) => {
        failed(path, error);
        return undefined;
      }),
    );
    for (const found of await Promise.all(looks)) if (found !== undefined) all.push(found);
  }
  return all;
}
