import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../contract.ts';
import type { LogUnderTest } from '../streams.suite.ts';
import { withoutSync } from './model/faults.ts';
import { createWal, type WalConfig } from './wal.ts';

/** A log in a temporary folder. A crash is a copy of the newest log's folder as it is now, opened beside it. */
export async function openTestWal(
  config: Partial<WalConfig> = {},
): Promise<LogUnderTest & { readonly directory: string; crashCopy(): Promise<string> }> {
  const root = await mkdtemp(join(tmpdir(), 'tidewatch-wal-'));
  const directory = join(root, 'log');
  const open: Log[] = [];
  let newest = directory;
  let crashes = 0;
  const openIn = (folder: string): Log => {
    const log = createWal({ ...config, directory: folder });
    open.push(log);
    return log;
  };
  const crashCopy = async (): Promise<string> => {
    const copy = join(root, `crash-${++crashes}`);
    await copyLog(newest, copy);
    newest = copy;
    return copy;
  };
  return {
    log: openIn(directory),
    directory,
    crashCopy,
    crash: async () => openIn(await crashCopy()),
    async dispose() {
      await Promise.all(open.map((log) => log.close()));
      await rm(root, { recursive: true, force: true });
    },
  };
}

type TestWal = Awaited<ReturnType<typeof openTestWal>>;

/** Runs a test whose question is not whether the disk has it, as `durability.test.ts` asks. */
export const withWal = (config: Partial<WalConfig>, test: (under: TestWal) => Promise<void>) => () =>
  withoutSync(async () => {
    const under = await openTestWal(config);
    try {
      await test(under);
    } finally {
      await under.dispose();
    }
  });

/** What it is rejected with; undefined where it is not. */
export const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A log whose lines can be read. */
export function recordingLog() {
  const lines: { level: string; message: string; details: object }[] = [];
  const at = (level: string) => (details: object, message: string) => lines.push({ level, message, details });
  return { lines, log: { info: at('info'), warn: at('warn'), error: at('error') } };
}

/** How long an open log may take to come to rest. */
const restWithinMs = 10_000;

/**
 * Copies the files of a log that may be open, all as they stood at one moment: they are read until two readings agree.
 * A copy made while segments come and go would hold what no crash can leave.
 */
export async function copyLog(from: string, to: string): Promise<void> {
  const end = Date.now() + restWithinMs;
  let files = await readFiles(from);
  for (;;) {
    const again = await readFiles(from);
    if (files !== undefined && again !== undefined && alike(files, again)) break;
    if (Date.now() > end) throw new Error(`the log ${from} does not come to rest`);
    files = again;
  }
  await mkdir(to, { recursive: true });
  for (const [path, content] of files)
    await (content === 'folder' ? mkdir(join(to, path)) : writeFile(join(to, path), content));
}

type Files = ReadonlyMap<string, Buffer | 'folder'>;

/** Folders before what is in them, without locks and drafts; undefined where a file vanished meanwhile. */
async function readFiles(root: string): Promise<Files | undefined> {
  const files = new Map<string, Buffer | 'folder'>();
  async function add(folder: string): Promise<void> {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.name.endsWith('.tmp') || entry.name.startsWith('.lock')) continue;
      files.set(path, entry.isDirectory() ? 'folder' : await readFile(join(root, path)));
      if (entry.isDirectory()) await add(path);
    }
  }
  try {
    await add('');
    return files;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const alike = (one: Files, other: Files): boolean =>
  one.size === other.size &&
  [...one].every(([path, content]) => {
    const same = other.get(path);
    return content === 'folder' || same === undefined || same === 'folder'
      ? content === same
      : content.equals(same);
  });
