import { type FSWatcher, watch } from 'node:fs';

/** Wakes a reader when something happens in directories, where the system tells. Polling must do without it. */
export interface Watch {
  /** Watches these directories from now on, and no others. */
  set(directories: ReadonlySet<string>): void;
  /** Resolves when something happened since the last call, or after `ms`. */
  wait(ms: number): Promise<void>;
  /** Whether files came, went or were renamed since the last call. */
  moved(): boolean;
  close(): void;
}

export function createWatch(): Watch {
  const watchers = new Map<string, FSWatcher>();
  let happened = false;
  let moved = false;
  let closed = false;
  let wake = (): void => undefined;

  function open(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (event) => {
        happened = true;
        moved ||= event === 'rename';
        wake();
      });
      // The directory went, or the system has no watches left: polling goes on.
      watcher.on('error', () => drop(directory));
      watchers.set(directory, watcher);
    } catch {
      drop(directory);
    }
  }

  function drop(directory: string): void {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  }

  return {
    set(directories) {
      for (const directory of watchers.keys()) if (!directories.has(directory)) drop(directory);
      for (const directory of directories) if (!watchers.has(directory) && !closed) open(directory);
    },
    async wait(ms) {
      if (!happened && !closed)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      happened = false;
    },
    moved() {
      const was = moved;
      moved = false;
      return was;
    },
    close() {
      closed = true;
      for (const directory of [...watchers.keys()]) drop(directory);
      wake();
    },
  };
}
