import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogUnderTest } from '../contract.suite.ts';
import type { Log } from '../contract.ts';
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
    await cp(newest, copy, {
      recursive: true,
      filter: (path) => !path.endsWith('.tmp') && !path.includes('.lock'),
    });
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
