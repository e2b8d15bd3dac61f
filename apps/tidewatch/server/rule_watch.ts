import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RuleSources } from '@tidewatch/detector';
import type { Logger } from '@tidewatch/telemetry';

/** An editor or a checkout makes several changes at once. */
const settleMs = 100;
/** Some file systems tell nobody of changes. */
const lookEveryMs = 30_000;

export interface RuleWatch {
  close(): Promise<void>;
}

/**
 * Watches the files that rules come from, and calls `reload` when one has changed, one call at a time. What `reload`
 * rejects with is logged; the next change is another try.
 */
export function watchRules(
  sources: () => RuleSources,
  reload: () => Promise<unknown>,
  log: Logger,
): RuleWatch {
  /** One for each folder: a recursive one misses changes on Linux. */
  const watchers = new Map<string, FSWatcher>();
  let seen: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const { digest, folders } = await survey(pathsOf(sources()));
    follow(folders);
    const before = seen;
    seen = digest;
    if (before !== undefined && before !== digest) await reload();
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      looking = looking.then(look).catch((error: Error) => {
        log.error({ reason: error.message }, 'The rules were not reloaded; those before stay in force');
      });
    }, settleMs);
  }

  function follow(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) end(folder, watcher);
    for (const folder of folders) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, soon);
        watcher.on('error', () => end(folder, watcher));
        watchers.set(folder, watcher);
      } catch {
        // Gone already, or more than the system watches: looking finds its changes.
      }
    }
  }

  function end(folder: string, watcher: FSWatcher): void {
    watcher.close();
    watchers.delete(folder);
  }

  looking = look();
  const regularly = setInterval(soon, lookEveryMs).unref();
  return {
    async close() {
      clearInterval(regularly);
      clearTimeout(timer);
      await looking;
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

const pathsOf = ({ paths, pipelines = [], thor }: RuleSources): string[] => [
  ...paths,
  ...pipelines,
  ...(thor === undefined ? [] : [thor]),
];

/** Names, sizes and times of all files below, which is what a change changes; and the folders to watch for it. */
async function survey(paths: readonly string[]): Promise<{ digest: string; folders: ReadonlySet<string> }> {
  const hash = createHash('sha256');
  const folders = new Set<string>();
  const note = async (path: string): Promise<void> => {
    try {
      const found = await stat(path);
      hash.update(`${path} ${found.size} ${found.mtimeMs} ${found.ino}\n`);
      if (!found.isDirectory()) return;
      folders.add(path);
      const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
      for (const name of names) await note(join(path, name));
    } catch (error) {
      hash.update(`${path} ${(error as NodeJS.ErrnoException).code}\n`);
    }
  };
  for (const path of paths) {
    // A file is often replaced by another, and a folder by a checkout: their names change in the folder above.
    folders.add(dirname(path));
    await note(path);
  }
  return { digest: hash.digest('base64'), folders };
}
