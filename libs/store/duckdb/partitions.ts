import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DataClass, isTidewatchError } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import { errors } from '../errors.ts';
import { type Period, partitionPeriod } from '../partition.ts';
import { columnDefinitions, eventFields, variedText } from './columns.ts';
import type { Database, Reader, StoreLog } from './database.ts';
import { differs, fileSize, quarantine, syncFolder } from './durable_file.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import { readFacts } from './partition_facts.ts';
import { type Partition, presentFiles, sealedPath, segmentsOf } from './partition_segments.ts';
import { seeCatalogues } from './sealed_files.ts';
import { nothing, type SealedFile, type Segment } from './segments.ts';

export const partitionTables = [
  `events(ts BIGINT, id ${variedText}, ingested BIGINT, nested BOOLEAN, ${columnDefinitions(eventFields).join(', ')}, words ${variedText}, doc JSON USING COMPRESSION fsst)`,
  'positions(stream_partition INTEGER, stream_offset BIGINT)',
  'paths(path VARCHAR)',
  'sealed(file VARCHAR, events BIGINT, "from" BIGINT, "to" BIGINT, nested BOOLEAN, bytes BIGINT, sha256 VARCHAR, state VARCHAR, until BIGINT)',
];

interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** All partitions: attached from their files on opening, made when a record asks for one, dropped as a whole. */
export class Partitions {
  private readonly database: Database;
  private readonly directory: string;
  private readonly classes: DataClasses;
  private readonly log: StoreLog;
  private readonly byAlias = new Map<string, Partition>();
  private tables = 0;

  constructor(database: Database, directory: string, classes: DataClasses, log: StoreLog) {
    this.database = database;
    this.directory = directory;
    this.classes = classes;
    this.log = log;
  }

  /** @throws CLASS_UNKNOWN, STORE_DAMAGED, STORE_LOCKED, STORE_VERSION */
  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    for (const dataClass of (await readdir(this.directory)).sort()) {
      const folder = join(this.directory, dataClass);
      const files = (await readdir(folder)).sort();
      await seeCatalogues(folder, files);
      for (const file of files) {
        const name = /^events-([a-z0-9_]+)-(.+)\.db$/.exec(file);
        if (name?.[1] !== dataClass) continue;
        if (this.classes.get(dataClass) === undefined) throw errors.CLASS_UNKNOWN({ dataClass, folder });
        const period = partitionPeriod(name[2] as string);
        if (period !== undefined) await this.attach(dataClass, name[2] as string, period);
      }
      await this.removeUncatalogued(folder, files);
    }
  }

  /** Those that are being dropped, too. */
  all(): Partition[] {
    return [...this.byAlias.values()];
  }

  /** Those that can be read. */
  present(): Partition[] {
    return this.all().filter(({ dropping }) => !dropping);
  }

  has(partition: Partition): boolean {
    return this.byAlias.get(partition.alias) === partition && !partition.dropping;
  }

  /** The partition of a class by the name of its time, made where it is missing; call it only inside the writers' turn. */
  async named(dataClass: DataClass, name: string): Promise<Partition> {
    const known = this.byAlias.get(alias(dataClass, name));
    if (known !== undefined && !known.dropping) return known;
    // What is left of it must not be taken for the new one's.
    if (known !== undefined) await this.drop(known);
    await mkdir(join(this.directory, dataClass), { recursive: true });
    return this.attach(dataClass, name, partitionPeriod(name) as Period);
  }

  private async attach(dataClass: DataClass, name: string, period: Period): Promise<Partition> {
    const partition: Partition = {
      dataClass,
      name,
      period,
      alias: alias(dataClass, name),
      file: join(this.directory, dataClass, `${alias(dataClass, name)}.db`),
      open: nothing,
      sealed: [],
      damaged: new Set(),
      large: 0,
      positions: new Map(),
      paths: new Set(),
      ...{ table: 0, dropping: false, reads: 0 },
    };
    await this.attachFile(partition);
    for (const sealed of partition.sealed) {
      const size = await fileSize(sealedPath(partition, sealed));
      if (sealed.state !== 'archived' && size !== sealed.bytes) await this.setAside(partition, sealed);
    }
    this.byAlias.set(partition.alias, partition);
    return partition;
  }

  /**
   * Takes a partition out of sight, waits for the reads under way, and deletes its files; where that fails it is still
   * there to be dropped again.
   */
  async drop(partition: Partition): Promise<void> {
    partition.dropping = true;
    await this.unread(partition);
    await this.database.detach(partition.alias);
    const folder = dirname(partition.file);
    const files = (await readdir(folder)).filter((name) => name.startsWith(`${partition.alias}.`));
    const others = files.map((name) => join(folder, name)).filter((path) => path !== partition.file);
    // The catalogue goes last: what a crash leaves is known at the next start, and dropped again.
    for (const path of [...others, partition.file]) await rm(path, { force: true });
    this.byAlias.delete(partition.alias);
  }

  /**
   * Reads from partitions of which nothing can be taken meanwhile; those that were dropped are left out. A sealed file
   * that proves damaged is set aside, and the others are read again.
   */
  async reading<T>(
    sources: readonly Partition[],
    work: (segments: readonly Segment[]) => Promise<T>,
  ): Promise<T> {
    for (let busy = waiting(sources); busy !== undefined; busy = waiting(sources)) await busy;
    const present = sources.filter((partition) => this.has(partition));
    for (const partition of present) partition.reads++;
    try {
      return await work(present.flatMap(segmentsOf));
    } catch (error) {
      if (isAboutTheQuery(error) || !(await this.setDamagedAside(present))) throw error;
      return await work(present.flatMap(segmentsOf));
    } finally {
      for (const partition of present) if (--partition.reads === 0) partition.released?.();
    }
  }

  /** Rows of one statement over the segments of partitions; none where there are no segments. */
  read(
    sources: readonly Partition[],
    statement: (segments: readonly Segment[]) => Statement,
  ): Promise<SqlRow[]> {
    return this.reading(sources, async (segments) => {
      if (segments.length === 0) return [];
      const { sql, values } = statement(segments);
      return this.database.read(sql, values);
    });
  }

  /** Puts another file in place of the partition's own; call it only inside the writers' turn. */
  async exchange(partition: Partition, file: string): Promise<void> {
    await this.alone(partition, () => this.replaceFile(partition, file));
    await syncFolder(partition.file);
  }

  /** Does `work` in the writers' turn after the reads under way, and holds others back: there may always be some. */
  async alone(partition: Partition, work: () => Promise<void>): Promise<void> {
    const done = this.unread(partition).then(work);
    partition.replacing = done.catch(() => {});
    try {
      await done;
    } finally {
      partition.replacing = undefined;
    }
  }

  private attachFile(partition: Partition): Promise<void> {
    const { file, alias } = partition;
    partition.large = 0;
    const learn = async (own: Reader) =>
      void Object.assign(partition, await readFacts(own, alias), { table: ++this.tables });
    return this.database.attach(file, alias, partitionTables, { learn });
  }

  private async replaceFile(partition: Partition, by: string): Promise<void> {
    const { file, alias } = partition;
    await this.database.detach(alias);
    try {
      // Detaching brings the file up to date; a write-ahead file that is left would be taken for the new one's.
      if ((await fileSize(`${file}.wal`)) > 0) throw new Error(`${file}.wal is still needed`);
      await rename(by, file);
    } finally {
      await this.attachFile(partition);
    }
  }

  /** Resolves once nothing reads it. */
  private async unread(partition: Partition): Promise<void> {
    while (partition.reads > 0)
      await new Promise<void>((resolve) => {
        partition.released = resolve;
      });
  }

  /** Whether any sealed file was found to be another than the one that was written. */
  private async setDamagedAside(sources: readonly Partition[]): Promise<boolean> {
    let found = false;
    for (const partition of sources) {
      for (const file of presentFiles(partition)) {
        if (!(await differs(sealedPath(partition, file), file))) continue;
        found = true;
        await this.setAside(partition, file);
      }
    }
    return found;
  }

  private async setAside(partition: Partition, { file, events }: SealedFile): Promise<void> {
    partition.damaged.add(file);
    const path = join(dirname(partition.file), file);
    const kept = await quarantine(path);
    const details = { dataClass: partition.dataClass, partition: partition.name, events, file: kept ?? path };
    this.log.warn(
      details,
      'a sealed file is damaged or missing; its events are not found until it is restored',
    );
  }

  /** What a crash left of sealing or restoring: no catalogue names it, so nothing is lost with it. */
  private async removeUncatalogued(folder: string, files: readonly string[]): Promise<void> {
    const present = this.all().flatMap(({ sealed }) => sealed.filter(({ state }) => state !== 'archived'));
    const known = new Set(present.map(({ file }) => file));
    for (const file of files) {
      if (!/^events-.*\.(parquet|partial|partial\.wal)$/.test(file) || known.has(file)) continue;
      await rm(join(folder, file), { force: true });
      this.log.info({ file: join(folder, file) }, 'removed what was left of an unfinished sealing');
    }
  }
}

const alias = (dataClass: DataClass, name: string): string => `events-${dataClass}-${name}`;

const waiting = (sources: readonly Partition[]): Promise<void> | undefined =>
  sources.find(({ replacing }) => replacing !== undefined)?.replacing;

/** Errors that a sound file gives, too; everything else is reason to look at the files. */
const isAboutTheQuery = (error: unknown): boolean =>
  isTidewatchError(error) ||
  /^(Out of Memory|Conversion|Out of Range|Binder|Parser|Interrupt)|is closed/i.test(
    (error as Error).message,
  );
