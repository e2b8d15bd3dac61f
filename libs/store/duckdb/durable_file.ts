import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** SHA-256 of a file in hexadecimal, read in pieces. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Three headers of 4 KiB are written when a database is made. */
export const smallestDatabase = 12_288;

/** Whether a file is missing, unreadable or another than the one whose sum is known. */
export const differs = (path: string, known: { readonly sha256: string }): Promise<boolean> =>
  sha256Of(path).then(
    (found) => found !== known.sha256,
    (error: NodeJS.ErrnoException) => {
      // What the process lacks says nothing of the file.
      if (/^(EMFILE|ENFILE|ENOMEM|EAGAIN)$/.test(error.code ?? '')) throw error;
      return true;
    },
  );

/** In bytes; 0 where there is none. */
export const fileSize = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Puts a file aside for people to look at; answers where, or undefined where there is none. */
export function quarantine(path: string): Promise<string | undefined> {
  const aside = `${path}.damaged`;
  return rename(path, aside).then(
    () => aside,
    () => undefined,
  );
}

/** Makes what was renamed or made beside `path` outlast a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Gives a file that was written as `partial` its name, once it is on the disk. */
export async function settle(partial: string, path: string): Promise<void> {
  const handle = await open(partial, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, path);
  await syncFolder(path);
}

/** A file whose making a crash cut short holds nothing yet, and a write-ahead file without its database is a leftover. */
export async function removeStillborn(file: string): Promise<void> {
  if ((await fileSize(file)) >= smallestDatabase) return;
  await rm(file, { force: true });
  await rm(`${file}.wal`, { force: true });
}
