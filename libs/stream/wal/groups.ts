import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../durable.ts';
import type { Logger } from '../logger.ts';

/** How long a commit may wait for others before it is written; a crash replays at most that. */
const writeEveryMs = 200;
const extension = '.json';

/** Committed positions of one consumer group: what is committed counts at once, and is on disk soon after. */
export class Group {
  readonly name: string;
  readonly #path: string;
  readonly #log: Logger;
  readonly #positions: Map<number, number>;
  #changes = 0;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(name: string, path: string, positions: Map<number, number>, log: Logger) {
    this.name = name;
    this.#path = path;
    this.#positions = positions;
    this.#log = log;
  }

  /** The first offset not yet done; undefined where the group never began. */
  position(partition: number): number | undefined {
    return this.#positions.get(partition);
  }

  /** Never moves back. */
  commit(partition: number, offset: number): void {
    if (offset <= (this.#positions.get(partition) ?? -1)) return;
    this.#positions.set(partition, offset);
    this.#changes++;
    this.#timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) => {
        this.#log.error(
          { group: this.name, err: error },
          'the positions of a group could not be written; trying again',
        );
      });
    }, writeEveryMs).unref();
  }

  /** Resolves when everything committed so far is on disk. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#writing.catch(() => {}).then(() => this.#write());
    this.#writing = next;
    return next;
  }

  async #write(): Promise<void> {
    if (this.#written === this.#changes) return;
    const changes = this.#changes;
    try {
      const positions = Object.fromEntries(this.#positions);
      await replaceFile(this.#path, `${JSON.stringify({ version: 1, positions })}\n`);
    } catch (error) {
      this.#timer ??= setTimeout(() => this.flush().catch(() => {}), writeEveryMs).unref();
      throw error;
    }
    this.#written = changes;
  }
}

/** Every group that ever subscribed to a stream. */
export interface Groups {
  all(): Iterable<Group>;
  open(name: string): Group;
  forget(name: string): Promise<void>;
  /** The offset below which every group is done: Infinity without groups. */
  readByAll(partition: number): number;
  /** The furthest any group has come. */
  furthest(partition: number): number;
  flush(): Promise<void>;
}

export async function openGroups(directory: string, log: Logger): Promise<Groups> {
  await mkdir(directory, { recursive: true });
  const groups = new Map<string, Group>();
  for (const file of await readdir(directory)) {
    if (!file.endsWith(extension)) continue;
    const name = file.slice(0, -extension.length);
    const path = join(directory, file);
    groups.set(name, new Group(name, path, await readPositions(path, log), log));
  }
  return {
    all: () => groups.values(),
    open(name) {
      const known = groups.get(name);
      if (known !== undefined) return known;
      const group = new Group(name, join(directory, `${name}${extension}`), new Map(), log);
      groups.set(name, group);
      return group;
    },
    async forget(name) {
      const group = groups.get(name);
      if (group === undefined) return;
      groups.delete(name);
      await group.flush();
      await rm(join(directory, `${name}${extension}`), { force: true });
    },
    readByAll(partition) {
      let least = Number.POSITIVE_INFINITY;
      for (const group of groups.values()) least = Math.min(least, group.position(partition) ?? 0);
      return least;
    },
    furthest(partition) {
      let most = 0;
      for (const group of groups.values()) most = Math.max(most, group.position(partition) ?? 0);
      return most;
    },
    async flush() {
      await Promise.all([...groups.values()].map((group) => group.flush()));
    },
  };
}

/** A file that can't be read stands for a group that begins anew: at least once, as promised. */
async function readPositions(path: string, log: Logger): Promise<Map<number, number>> {
  try {
    const { version, positions } = JSON.parse(await readFile(path, 'utf8')) as {
      version: number;
      positions: Record<string, number>;
    };
    const entries = Object.entries(positions).map(
      ([partition, offset]) => [Number(partition), offset] as const,
    );
    if (version === 1 && entries.every((entry) => entry.every(Number.isSafeInteger))) return new Map(entries);
    log.error({ path, version }, 'the positions of a group are in an unknown format; it begins anew');
  } catch (error) {
    log.error({ path, err: error }, 'the positions of a group are damaged; it begins anew');
  }
  return new Map([[0, 0]]);
}
