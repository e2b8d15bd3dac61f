import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../errors.ts';

interface Owner {
  readonly pid: number;
  /** Clock ticks from boot to the process' start, where the system tells: a pid alone may be somebody else's by now. */
  readonly started: string | null;
}

/** Directories that this process holds: the file alone could not tell a second opening from a stale one. */
const held = new Set<string>();

/**
 * Makes this process the only one that has the directory open. A lock of a process that is gone is taken over.
 *
 * @returns gives the directory back
 * @throws LOG_LOCKED
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, '.lock');
  if (held.has(path)) throw errors.LOG_LOCKED({ directory, pid: process.pid });
  held.add(path);
  try {
    await take(path, directory);
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    held.delete(path);
  };
}

/** The process that has the directory open; undefined where none has. */
export async function ownerOf(directory: string): Promise<number | undefined> {
  const owner = parseOwner(await readFile(join(directory, '.lock'), 'utf8').catch(() => undefined));
  return owner !== undefined && (await isAlive(owner)) ? owner.pid : undefined;
}

async function take(path: string, directory: string): Promise<void> {
  const claim = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(
    claim,
    JSON.stringify({ pid: process.pid, started: await startOf(process.pid) } satisfies Owner),
  );
  try {
    // link() fails where the name exists, so only one of many wins.
    while (!(await linked(claim, path))) {
      const content = await readFile(path, 'utf8').catch(() => undefined);
      const owner = parseOwner(content);
      if (owner !== undefined && (await isAlive(owner)))
        throw errors.LOG_LOCKED({ directory, pid: owner.pid });
      if (content !== undefined) await removeStale(path, content);
    }
  } finally {
    await rm(claim, { force: true });
  }
}

async function linked(claim: string, path: string): Promise<boolean> {
  try {
    await link(claim, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock away first: if somebody replaced it since it was read, the wrong one is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== stale) await linked(aside, path);
  await rm(aside, { force: true });
}

function parseOwner(content: string | undefined): Owner | undefined {
  try {
    return content === undefined ? undefined : (JSON.parse(content) as Owner);
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = await startOf(pid);
  return started === null || now === null || started === now;
}

/** Field 22 of /proc/PID/stat (proc(5)); null where there is no such file. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in brackets, and may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
