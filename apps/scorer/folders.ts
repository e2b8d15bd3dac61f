import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded } from '@tidewatch/models';
import { compareVersions } from './registry.ts';

/** A folder `NAME/VERSION` that holds a manifest. */
export interface FoundVersion {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** SHA-256 of the manifest, which has those of all other files; empty where it cannot be read: admission says why. */
  readonly digest: string;
  /** It came with Tidewatch. */
  readonly shipped: boolean;
}

const namePattern = /^[a-z][a-z0-9_-]{0,63}$/;
const versionPattern = /^\d{1,6}(\.\d{1,6}){0,2}$/;

/**
 * Versions of models in folders of models, oldest first; of those with one name and version the first folder's counts. A folder that
 * is not there has none.
 *
 * @param paths absolute @param shipped Tidewatch's own among them
 */
export async function findModels(paths: readonly string[], shipped: string): Promise<FoundVersion[]> {
  const found = new Map<string, FoundVersion>();
  for (const path of paths)
    for (const name of await foldersIn(path, namePattern))
      for (const version of await foldersIn(join(path, name), versionPattern)) {
        const folder = join(path, name, version);
        const key = `${name} ${version}`;
        if (found.has(key)) continue;
        const digest = await digestOf(folder);
        if (digest !== undefined)
          found.set(key, { name, version, folder, digest, shipped: path === shipped });
      }
  return [...found.values()].sort(
    (a, b) => a.name.localeCompare(b.name, 'en') || compareVersions(a.version, b.version),
  );
}

async function digestOf(folder: string): Promise<string | undefined> {
  try {
    await stat(join(folder, 'manifest.yml'));
    const manifest = await readBounded(folder, 'manifest.yml', (_, reason) => new Error(reason));
    return createHash('sha256').update(manifest).digest('hex');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}

async function foldersIn(path: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => !entry.isFile() && pattern.test(entry.name)).map(({ name }) => name);
}
