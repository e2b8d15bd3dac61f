import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile, syncDirectory } from '../durable.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { namePattern } from '../names.ts';

/** How long a commit may wait for others before it is written; a crash replays at most that. */
const writeEveryMs = 1_000;
const extension = '.json';
const groupVersion = 1;

/** Offsets by partition. */
export type Positions = Map<number, number>;

/** Committed positions of one consumer group: what is committed counts at once, and is on disk soon after. */
export class Group {
  readonly name: string;
  readonly #path: string;
  readonly #log: Logger;
  readonly #positions: Positions;
  /** Where a group begins whose positions were damaged: at the first record, whatever it subscribes from. */
  readonly #fallback: number | undefined;
  #changes = 0;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param positions undefined where they were damaged */
  constructor(name: string, path: string, positions: Positions | undefined, log: Logger) {
    this.name = name;
    this.#path = path;
    this.#positions = positions ?? new Map();
    this.#fallback = positions === undefined ? 0 : undefined;
    this.#log = log;
  }

  /** The first offset not yet done; undefined where the group never began. */
  position(partition: number): number | undefined {
    return this.#positions.get(partition) ?? this.#fallback;
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

  /** Deletes the positions. */
  async remove(): Promise<void> {
    this.#written = this.#changes;
    await this.flush().catch(() => {});
    await rm(this.#path, { force: true });
  }

  async #write(): Promise<void> {
    if (this.#written === this.#changes) return;
    const changes = this.#changes;
    try {
      await replaceFile(this.#path, encodePositions(this.#positions));
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
  for (const { name, path } of await listGroups(directory)) {
    const positions = await readPositions(path);
    if (positions === undefined)
      log.error({ path }, 'the positions of a group are damaged; it begins anew, at the first record');
    groups.set(name, new Group(name, path, positions, log));
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
      await group.remove();
      await syncDirectory(directory);
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

/** The files of groups; anything else in their folder belongs to nobody. */
export async function listGroups(directory: string): Promise<{ name: string; path: string }[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => ({
      name: entry.name.slice(0, -extension.length),
      path: join(directory, entry.name),
    }))
    .filter(({ name }) => namePattern.test(name));
}

const checksumOf = (line: string): string => crc32(line).toString(16).padStart(8, '0');

/** A line of JSON, and a line with its CRC-32: a position that was damaged must not pass for one further on. */
export function encodePositions(positions: Positions): string {
  const line = JSON.stringify({ version: groupVersion, positions: Object.fromEntries(positions) });
  return `${line}\n${checksumOf(line)}\n`;
}

/**
 * @returns undefined where they are damaged
 * @throws STREAM_FORMAT where a newer version wrote them
 */
export async function readPositions(path: string): Promise<Positions | undefined> {
  const [line = '', checksum] = (await readFile(path, 'latin1')).split('\n');
  if (checksum !== checksumOf(line)) return undefined;
  const { version, positions } = JSON.parse(line) as { version: number; positions: Record<string, number> };
  if (version !== groupVersion) throw errors.STREAM_FORMAT({ path, found: version, known: groupVersion });
  return new Map(Object.entries(positions).map(([partition, offset]) => [Number(partition), offset]));
}
