import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startErrors } from '../errors.ts';

/** How commands on the same machine find and address the server that runs on a data folder. Readable by its owner only. */
export interface RunFile {
  readonly pid: number;
  readonly url: string;
  /** Bulk endpoint, where the process has an HTTP input. */
  readonly ingest?: string;
  /** Lets its bearer make log-in links; new at each start. */
  readonly adminToken: string;
}

const pathOf = (data: string) => join(data, 'run', 'server.json');

export async function writeRunFile(data: string, content: RunFile): Promise<void> {
  await mkdir(join(data, 'run'), { recursive: true, mode: 0o700 });
  // Written beside and renamed, so that nobody reads half of it.
  const draft = `${pathOf(data)}.new`;
  await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
  await rename(draft, pathOf(data));
}

export const removeRunFile = (data: string): Promise<void> => rm(pathOf(data), { force: true });

/** The server that runs on the folder; rejects with `NOT_RUNNING` when none does. */
export async function findServer(data: string): Promise<RunFile> {
  const running = await readRunFile(data);
  if (running === undefined) throw startErrors.NOT_RUNNING({ directory: data });
  return running;
}

/** The same, or undefined; a file left by a process that is gone does not count. */
export async function readRunFile(data: string): Promise<RunFile | undefined> {
  if (!existsSync(pathOf(data))) return undefined;
  try {
    const content = JSON.parse(await readFile(pathOf(data), 'utf8')) as RunFile;
    return isAlive(content.pid) ? content : undefined;
  } catch {
    // What a crash left half written tells nothing.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
