import { rm } from 'node:fs/promises';
import type { DataClass } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import { deleteNoted, type TellDeletion } from '../deletion.ts';
import { differs } from '../duckdb/durable_file.ts';
import { errors } from '../errors.ts';
import type { Bucket } from './bucket.ts';
import { createContents, deletion } from './contents.ts';
import { archiveFormat, type Manifest, manifestKey, objectKey } from './manifest.ts';

/** A closed partition's Parquet file, as the store that made it knows it. */
export interface KeptFile extends Omit<Manifest, 'format' | 'ttlMs' | 'fields'> {
  readonly path: string;
  readonly state: 'kept' | 'archived' | 'restored';
  /** Until when it was brought back, epoch milliseconds; else 0. */
  readonly until: number;
  readonly isDamaged: boolean;
}

/** The store whose closed partitions are archived. */
export interface SealedStore {
  files(): readonly KeptFile[];
  /** Dotted paths that occur in a file's documents. */
  fieldsOf(file: KeptFile): readonly string[];
  /** Gives up its own copy; false where it has none, or has to keep it. */
  release(file: KeptFile): Promise<boolean>;
  /** Where a file is put that `adopt` is then given. */
  placeFor(manifest: Manifest): Promise<string>;
  /** Reads a file of the archive from now on, until `until` (epoch ms). */
  adopt(manifest: Manifest, path: string, until: number): Promise<void>;
}

/** What the archive holds of a range, and whether the store reads it too. */
export interface ArchivedFile extends Omit<Manifest, 'format' | 'fields' | 'ttlMs'> {
  readonly state: 'kept' | 'archived' | 'restoring' | 'restored' | 'failed';
  /** When it is deleted in the archive, epoch milliseconds. */
  readonly expires: number;
  /** Until when it was brought back. */
  readonly until?: number;
  /** Why bringing it back failed. */
  readonly problem?: string;
}

export interface ArchiveFilter {
  readonly dataClass?: DataClass;
  /** Event time, epoch milliseconds; end exclusive. */
  readonly from: number;
  readonly to: number;
}

/**
 * Copies of the store's closed partitions elsewhere.
 *
 * Promise: an object lives as its class does: `expire` deletes it once its partition's last event is past the class's time
 * to live, and what was brought back leaves at the stated time, never later than that. What is brought back is compared
 * with its SHA-256 first.
 */
export interface Archive {
  readonly place: string;
  /**
   * Archives what is sealed and not there yet, and gives up local copies that are old enough; answers how many files went.
   * Asked while it is at it, it answers what it is at.
   */
  store(now: number): Promise<number>;
  list(filter: ArchiveFilter, now: number): Promise<ArchivedFile[]>;
  /** Begins to bring back what the filter finds; `list` tells how far it is. */
  restore(filter: ArchiveFilter, until: number, now: number): Promise<ArchivedFile[]>;
  /** Rejects at its end with what could not be deleted. */
  expire(now: number, tell: TellDeletion): Promise<void>;
  close(): Promise<void>;
}

export interface ArchiveOptions {
  readonly bucket: Bucket;
  readonly store: SealedStore;
  readonly classes: DataClasses;
  /** How long after a partition's end the store keeps its own copy, too, milliseconds. Absent: as long as the class lives. */
  readonly localMs?: number;
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
}

const identity = ({ dataClass, sha256 }: Pick<Manifest, 'dataClass' | 'sha256'>): string =>
  `${dataClass} ${sha256}`;

export function createArchive({ bucket, store, classes, localMs, log }: ArchiveOptions): Archive {
  const contents = createContents(bucket, classes, log);
  /** What is being brought back, and why it failed. */
  const restoring = new Map<string, { problem?: string }>();
  /** What closing waits for. */
  const underWay = new Set<Promise<unknown>>();
  let storing: Promise<number> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One at a time: what is deleted is not read meanwhile. A turn is for one file, so that nobody waits for hundreds. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  }

  function track<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  }

  async function storeAll(now: number): Promise<number> {
    let stored = 0;
    const there = new Set(await bucket.list(''));
    for (const file of store.files())
      if (await inTurn(async () => !closed && (await storeOne(file, there, now)))) stored++;
    return stored;
  }

  /** Archives a file where that is due, and gives up the local copy where that is; whether it was archived. */
  async function storeOne(file: KeptFile, there: ReadonlySet<string>, now: number): Promise<boolean> {
    const definition = classes.get(file.dataClass);
    if (definition === undefined || definition.synthetic || file.state !== 'kept') return false;
    if (file.period.to + definition.ttlMs <= now) return false;
    const isThere = there.has(manifestKey(file)) && there.has(objectKey(file));
    if (!isThere && (file.isDamaged || !(await storeFile(file, definition.ttlMs)))) return false;
    if (localMs !== undefined && file.period.to + localMs <= now) await store.release(file);
    return !isThere;
  }

  /** False where the file is not what it was when it was sealed. */
  async function storeFile(file: KeptFile, ttlMs: number): Promise<boolean> {
    const { path, state: _, until: __, isDamaged: ___, ...facts } = file;
    if (await differs(path, file)) {
      log.warn({ file: path }, 'a sealed file is damaged and was not archived');
      return false;
    }
    const manifest: Manifest = {
      format: archiveFormat,
      ...facts,
      ttlMs,
      fields: [...store.fieldsOf(file)],
    };
    await bucket.put(objectKey(file), path);
    await bucket.write(manifestKey(file), JSON.stringify(manifest));
    log.info(
      { dataClass: file.dataClass, partition: file.partition, events: file.events, place: bucket.place },
      'archived a file',
    );
    return true;
  }

  async function search({ dataClass, from, to }: ArchiveFilter, now: number): Promise<Manifest[]> {
    const found = await contents.alive(now, dataClass);
    return found.filter((manifest) => manifest.from < to && manifest.to >= from);
  }

  function described(manifest: Manifest, local: ReadonlyMap<string, KeptFile>): ArchivedFile {
    const { format: _, fields: __, ttlMs: ___, ...facts } = manifest;
    const expires = contents.expiresAt(manifest);
    const work = restoring.get(identity(manifest));
    if (work !== undefined)
      return work.problem === undefined
        ? { ...facts, expires, state: 'restoring' }
        : { ...facts, expires, state: 'failed', problem: work.problem };
    const file = local.get(identity(manifest));
    if (file === undefined || file.isDamaged) return { ...facts, expires, state: 'archived' };
    return {
      ...facts,
      expires,
      state: file.state,
      ...(file.state === 'restored' && { until: Math.min(file.until, expires) }),
    };
  }

  const localFiles = () => new Map(store.files().map((file) => [identity(file), file]));

  async function bringBack(manifest: Manifest, until: number): Promise<void> {
    if (manifest.format !== archiveFormat)
      throw errors.ARCHIVE_VERSION({
        key: objectKey(manifest),
        found: manifest.format,
        known: archiveFormat,
      });
    const path = await store.placeFor(manifest);
    try {
      await bucket.get(objectKey(manifest), path);
      if (await differs(path, manifest))
        throw errors.ARCHIVE_OBJECT_DAMAGED({ key: objectKey(manifest), place: bucket.place });
      await store.adopt(manifest, path, until);
    } finally {
      await rm(path, { force: true });
    }
  }

  async function bringAllBack(manifests: readonly Manifest[], until: number): Promise<void> {
    for (const manifest of manifests)
      await inTurn(async () => {
        try {
          if (closed) return;
          await bringBack(manifest, Math.min(until, contents.expiresAt(manifest)));
          restoring.delete(identity(manifest));
        } catch (error) {
          const problem = (error as Error).message;
          restoring.set(identity(manifest), { problem });
          log.warn({ key: objectKey(manifest), reason: problem }, 'a file of the archive was not restored');
        }
      });
  }

  /** Gives up what was brought back until now; why some of it could not be. */
  async function letGo(now: number, tell: TellDeletion): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (const file of store.files().filter(({ state, until }) => state === 'restored' && until <= now))
      try {
        const due = deletion(file, `restored copy of partition ${file.partition}`, file.events);
        await deleteNoted(tell, due, async (gone) => {
          if (await store.release(file)) gone(file.events);
        });
      } catch (error) {
        failures.push(error);
      }
    return failures;
  }

  return {
    place: bucket.place,

    store(now) {
      storing ??= track(storeAll(now)).finally(() => {
        storing = undefined;
      });
      return storing;
    },

    async list(filter, now) {
      const found = await search(filter, now);
      const local = localFiles();
      return found.map((manifest) => described(manifest, local)).sort((a, b) => a.from - b.from);
    },

    async restore(filter, until, now) {
      const found = await search(filter, now);
      const local = localFiles();
      const wanted = found.filter((manifest) => {
        const file = local.get(identity(manifest));
        const isHere = file?.state === 'kept' && !file.isDamaged;
        return !isHere && classes.get(manifest.dataClass) !== undefined;
      });
      for (const manifest of wanted) restoring.set(identity(manifest), {});
      void track(bringAllBack(wanted, until));
      return wanted.map((manifest) => described(manifest, local));
    },

    expire: (now, tell) =>
      inTurn(async () => {
        const [failure] = await letGo(now, tell);
        await contents.expire(now, tell);
        if (failure !== undefined) throw failure;
      }),

    async close() {
      closed = true;
      await Promise.allSettled([...underWay]);
      await last;
      await bucket.close();
    },
  };
}
