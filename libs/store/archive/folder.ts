import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { errors } from '../errors.ts';
import type { Bucket } from './bucket.ts';

/** A folder, on a disk of its own or mounted from elsewhere. */
export function openFolderBucket(folder: string): Bucket {
  const pathOf = (key: string): string => join(folder, key);
  const failed = (problem: unknown) =>
    errors.ARCHIVE_UNREACHABLE({ place: folder, problem: (problem as Error).message });
  const asked = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw failed(error);
    });

  /** Written beside, made durable and renamed. */
  async function place(key: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = pathOf(key);
    const partial = `${path}.${randomUUID()}.partial`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await write(partial);
      await sync(partial);
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
    await sync(dirname(path));
  }

  return {
    place: folder,
    put: (key, path) => asked(place(key, (partial) => copyFile(path, partial))),
    write: (key, text) => asked(place(key, (partial) => writeFile(partial, text))),
    get: (key, path) =>
      copyFile(pathOf(key), path).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? errors.ARCHIVE_OBJECT_MISSING({ key, place: folder }) : failed(error);
      }),
    read: (key) =>
      readFile(pathOf(key), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw failed(error);
      }),
    list: (prefix) =>
      asked(
        readdir(folder, { recursive: true, withFileTypes: true }).then(
          (entries) =>
            entries
              .filter((entry) => entry.isFile() && !entry.name.endsWith('.partial'))
              .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
              .filter((key) => key.startsWith(prefix))
              .sort(),
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') return [];
            throw error;
          },
        ),
      ),
    delete: (key) => asked(remove(pathOf(key))),
    close: async () => {},
  };
}

/** With what a crash left of putting it. */
async function remove(path: string): Promise<void> {
  const folder = dirname(path);
  const beside = (await readdir(folder).catch(() => [])).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.partial'),
  );
  for (const file of [path, ...beside.map((name) => join(folder, name))]) await rm(file, { force: true });
}

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
