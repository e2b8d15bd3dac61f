import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataClass } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import { errors } from '../errors.ts';
import { type Period, partitionName, partitionPeriod } from '../partition.ts';
import { columnDefinitions, eventFields, variedText } from './columns.ts';
import type { Database } from './database.ts';
import { quoteName } from './quote_name.ts';

/** One file with the events of a class and a stretch of ingestion time, and what is known of it without reading it. */
export interface Partition {
  readonly dataClass: DataClass;
  readonly name: string;
  readonly period: Period;
  readonly alias: string;
  readonly file: string;
  events: number;
  /** Smallest and largest `@timestamp`, epoch milliseconds; Infinity and -Infinity while empty. */
  from: number;
  to: number;
  /** It holds a row whose document queries must walk. */
  nested: boolean;
  /** Highest stream offset stored, by stream partition. */
  readonly positions: Map<number, number>;
  /** Dotted paths that occur in its documents. */
  readonly paths: Set<string>;
  /** Reads under way: the file stays until there is none. */
  reads: number;
  released?: () => void;
}

const tables = [
  `events(ts BIGINT, id ${variedText}, ingested BIGINT, nested BOOLEAN, ${columnDefinitions(eventFields).join(', ')}, words ${variedText}, doc JSON USING COMPRESSION fsst)`,
  'positions(stream_partition INTEGER, stream_offset BIGINT)',
  'paths(path VARCHAR)',
];

/** All partitions: attached from their files on opening, made when a record asks for one, dropped as a whole. */
export class Partitions {
  private readonly database: Database;
  private readonly directory: string;
  private readonly classes: DataClasses;
  private readonly byAlias = new Map<string, Partition>();

  constructor(database: Database, directory: string, classes: DataClasses) {
    this.database = database;
    this.directory = directory;
    this.classes = classes;
  }

  /** @throws CLASS_UNKNOWN, STORE_DAMAGED, STORE_LOCKED, STORE_VERSION */
  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    for (const folder of (await readdir(this.directory)).sort()) {
      const files = (await readdir(join(this.directory, folder))).sort();
      for (const file of files) {
        const name = /^events-([a-z0-9_]+)-(.+)\.db$/.exec(file);
        if (name?.[1] !== folder) continue;
        if (this.classes.get(folder) === undefined)
          throw errors.CLASS_UNKNOWN({ dataClass: folder, folder: join(this.directory, folder) });
        const period = partitionPeriod(name[2] as string);
        if (period !== undefined) await this.attach(folder, name[2] as string, period);
      }
    }
  }

  all(): Partition[] {
    return [...this.byAlias.values()];
  }

  has(partition: Partition): boolean {
    return this.byAlias.get(partition.alias) === partition;
  }

  /** The partition that a record belongs to; call it only inside the writers' turn. */
  async forRecord(dataClass: DataClass, ttlMs: number, ingested: number): Promise<Partition> {
    const name = partitionName(ingested, ttlMs);
    const known = this.byAlias.get(alias(dataClass, name));
    if (known !== undefined) return known;
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
      events: 0,
      from: Number.POSITIVE_INFINITY,
      to: Number.NEGATIVE_INFINITY,
      nested: false,
      positions: new Map(),
      paths: new Set(),
      reads: 0,
    };
    await this.database.attach(partition.file, partition.alias, tables);
    const from = quoteName(partition.alias);
    const summary = `SELECT count(*), min(ts), max(ts), bool_or(nested) FROM ${from}.events`;
    const [row] = (await this.database.read(summary)) as unknown as [number, number, number, boolean][];
    if (row !== undefined && row[0] > 0)
      Object.assign(partition, { events: row[0], from: row[1], to: row[2], nested: row[3] });
    for (const [stream, offset] of await this.database.read(`SELECT * FROM ${from}.positions`))
      partition.positions.set(stream as number, offset as number);
    for (const [path] of await this.database.read(`SELECT path FROM ${from}.paths`))
      partition.paths.add(path as string);
    this.byAlias.set(partition.alias, partition);
    return partition;
  }

  /** Takes a partition out of sight, waits for the reads under way, and deletes its file. */
  async drop(partition: Partition): Promise<void> {
    this.byAlias.delete(partition.alias);
    if (partition.reads > 0) {
      await new Promise<void>((resolve) => {
        partition.released = resolve;
      });
    }
    await this.database.detach(partition.alias);
    await rm(partition.file, { force: true });
    await rm(`${partition.file}.wal`, { force: true });
  }

  /** Reads from a partition that can't be dropped meanwhile. */
  async reading<T>(partition: Partition, work: () => Promise<T>): Promise<T> {
    partition.reads++;
    try {
      return await work();
    } finally {
      if (--partition.reads === 0) partition.released?.();
    }
  }
}

const alias = (dataClass: DataClass, name: string): string => `events-${dataClass}-${name}`;

export async function fileBytes(file: string): Promise<number> {
  const size = (path: string): Promise<number> =>
    stat(path).then(
      (stats) => stats.size,
      () => 0,
    );
  return (await size(file)) + (await size(`${file}.wal`));
}
