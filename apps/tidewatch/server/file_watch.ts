import { createHash } from 'node:crypto';
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@tidewatch/telemetry';

/** An editor or a checkout makes several changes at once. */
const settleMs = 100;
/** The event loop gets a turn after this many milliseconds of looking. */
const sliceMs = 5;
/** Some file systems tell nobody of changes. */
const lookEveryMs = 30_000;

export interface FileWatch {
  /**
   * Looks at once, for who has just written a file: what is there by now is in force when it resolves. Rejects where it
   * could not be reloaded.
   */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface Watched {
  /** What they are to people, e.g. `rules`. */
  readonly what: string;
  /** Files, and folders with all below. */
  readonly paths: () => readonly string[];
  readonly reload: () => Promise<unknown>;
  /** When something of what is in force stops applying without a change, epoch milliseconds: reloads then too. */
  readonly expiry: () => number | null;
}

/**
 * Watches files that people write, and calls `reload` when one has changed, one call at a time. What `reload` rejects with
 * is logged; the next change is another try.
 */
export function watchFiles({ what, paths, reload, expiry }: Watched, log: Logger): FileWatch {
  /** One for each folder: a recursive one misses changes on Linux. */
  const watchers = new Map<string, FSWatcher>();
  let names: Folders = new Map();
  let seen: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let atExpiry: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const { digest, folders } = await survey(paths());
    follow(folders);
    const before = seen;
    seen = digest;
    const isOver = (expiry() ?? Number.POSITIVE_INFINITY) <= Date.now();
    if (before !== undefined && (before !== digest || isOver)) await reload();
    awaitExpiry();
  }

  /** One that is further off is met again by a later look. */
  function awaitExpiry(): void {
    clearTimeout(atExpiry);
    const left = (expiry() ?? Number.POSITIVE_INFINITY) - Date.now();
    if (left < lookEveryMs) atExpiry = setTimeout(soon, left).unref();
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      next().catch(() => {});
    }, settleMs);
  }

  /** One look after the other. */
  function next(): Promise<void> {
    const looked = looking.then(look);
    looking = looked.catch((error: Error) => {
      log.error({ reason: error.message }, `The ${what} were not reloaded; those before stay in force`);
    });
    return looked;
  }

  function follow(folders: Folders): void {
    names = folders;
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) end(folder, watcher);
    for (const folder of folders.keys()) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, (_, name) => {
          const known = names.get(folder);
          if (name === null || known === undefined || known === 'all' || known.has(name)) soon();
        });
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
    look: next,
    async close() {
      clearInterval(regularly);
      clearTimeout(timer);
      await looking;
      clearTimeout(atExpiry);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** Folders to watch, and for which names in them. */
type Folders = ReadonlyMap<string, ReadonlySet<string> | 'all'>;

/** Names, sizes and times of all files below, which is what a change changes; and the folders to watch for it. */
async function survey(paths: readonly string[]): Promise<{ digest: string; folders: Folders }> {
  const hash = createHash('sha256');
  const folders = new Map<string, Set<string> | 'all'>();
  let turn = performance.now();
  const note = async (path: string): Promise<void> => {
    if (performance.now() - turn > sliceMs) {
      await nextTurn();
      turn = performance.now();
    }
    try {
      // At once, since each is cached by the system and waiting for thousands takes many times as long.
      const found = statSync(path);
      hash.update(`${path} ${found.size} ${found.mtimeMs} ${found.ino}\n`);
      if (!found.isDirectory()) return;
      folders.set(path, 'all');
      const names = readdirSync(path)
        .filter((name) => !name.startsWith('.'))
        .sort();
      for (const name of names) await note(join(path, name));
    } catch (error) {
      hash.update(`${path} ${(error as NodeJS.ErrnoException).code}\n`);
    }
  };
  for (const path of paths) {
    await note(path);
    // A file is often replaced by another, and a folder by a checkout: their names change in the folder above. Beside a
    // folder, as in the data folder, much else may change all the time; beside a file, what it is a link to.
    const above = dirname(path);
    const names = folders.get(above) ?? new Set();
    if (!folders.has(path)) folders.set(above, 'all');
    else if (names !== 'all') folders.set(above, names.add(basename(path)));
  }
  return { digest: hash.digest('base64'), folders };
}
