import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { replaceFile, syncDirectory } from '../durable.ts';
import type { DocumentKey, DocumentPlaces } from './contract.ts';

const nameOf = /^[\w-]{1,128}$/;

export const fileOf = (directory: string, { folder, name }: DocumentKey, below = ''): string =>
  join(directory, folder, below, `${name}.yml`);

/** Undefined for a path that is no document's: what it is made of may come from elsewhere. */
export function keyOfPath(path: string, folders: readonly string[]): DocumentKey | undefined {
  const end = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, end), path.slice(end + 1)];
  return end !== -1 && folders.includes(folder) && nameOf.test(name) ? { folder, name } : undefined;
}

export function keyOfFile(file: string, { directory, folders }: DocumentPlaces): DocumentKey | undefined {
  if (!file.endsWith('.yml')) return undefined;
  return keyOfPath(relative(directory, file.slice(0, -'.yml'.length)).split(sep).join('/'), folders);
}

export const readText = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Makes a file say this, or not be there. Durable when it resolves. */
export async function putText(file: string, text: string | null): Promise<void> {
  if (text !== null) {
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, text);
  } else if ((await readText(file)) !== undefined) {
    await rm(file, { force: true });
    await syncDirectory(dirname(file));
  }
}
