import { rm, stat } from 'node:fs/promises';
import type { DataClass } from '@tidewatch/event';
import type { Database, StoreLog, Writer } from './database.ts';
import { settle, sha256Of } from './durable_file.ts';
import { type Partition, partitionBytes, sealedPath } from './partition_segments.ts';
import { type Partitions, partitionTables } from './partitions.ts';
import { quoteName, quoteText } from './quote_name.ts';
import { extentOf, insertSealed } from './sealed_files.ts';
import { combined, type SealedFile, vectorRows } from './segments.ts';

/** What became of a partition's table. */
export interface Sealing {
  readonly dataClass: DataClass;
  readonly partition: string;
  readonly files: number;
  readonly events: number;
  /** On disk, table and Parquet files. */
  readonly bytesBefore: number;
  readonly bytes: number;
}

/** How long after its end a partition may still get events as a matter of course. */
const graceMs = 3_600_000;
/** A sealed partition's late events stay in their table until there are so many that a file of them is worth it. */
const lateRows = 50_000;
/** What one file holds at most: a server that is told to stop waits while it is written. */
const fileRows = 250_000;
const largestGroup = 32_768;
/** So many rows tell how large the others are. */
const sampledRows = 50_000;

/**
 * Seals partitions whose period is over, or which are too dense: their rows become Parquet files, sorted by `@timestamp`, and the catalogue
 * that names these files takes the place of the file with the table, in one rename. Until then nothing counts that was
 * written; a crash leaves what the next start removes. Reads and writes go on meanwhile.
 */
export function createSealer(
  database: Database,
  partitions: Partitions,
  memoryLimitMb: number,
  log: StoreLog,
) {
  let running: Promise<readonly Sealing[]> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One partition at a time. */
  function trySeal(partition: Partition): Promise<Sealing | undefined> {
    const mine = last.then(async () => {
      try {
        const sealing = await seal(partition);
        if (sealing !== undefined) log.info(sealing, 'sealed a partition');
        return sealing;
      } catch (error) {
        if (!partitions.has(partition) || database.isClosed()) return undefined;
        const { dataClass, name } = partition;
        log.warn(
          { dataClass, partition: name, reason: (error as Error).message },
          'a partition could not be sealed; it stays readable and is tried again',
        );
        return undefined;
      }
    });
    last = mine;
    return mine;
  }

  async function sealAll(now: number): Promise<readonly Sealing[]> {
    const done: Sealing[] = [];
    for (const partition of partitions.present().filter((candidate) => isDue(candidate, now))) {
      const sealing = await trySeal(partition);
      if (sealing !== undefined) done.push(sealing);
    }
    return done;
  }

  async function seal(partition: Partition): Promise<Sealing | undefined> {
    const { events } = partition.open;
    const bytesBefore = await partitionBytes(partition);
    const written = await writeFiles(partition);
    // What is left for the exchange to wait for is little then.
    await database.background(`CHECKPOINT ${quoteName(partition.alias)}`);
    // Should this fail, the next start knows whether the files count.
    const isSealed = await database.write((writer) => exchange(writer, partition, events, written));
    if (!isSealed) {
      await discard(partition, written);
      return undefined;
    }
    const { dataClass, name } = partition;
    const bytes = await partitionBytes(partition);
    return { dataClass, partition: name, files: written.length, events, bytesBefore, bytes };
  }

  /** Nothing is dropped or replaced while it is read; whoever drops it waits for the file under way. */
  async function writeFiles(partition: Partition): Promise<SealedFile[]> {
    const written: SealedFile[] = [];
    const present = <T>(work: () => Promise<T>) => partitions.reading([partition], work);
    try {
      const { pieces, groupRows } = await present(() => plan(database, partition, memoryLimitMb * 1024 ** 2));
      for (const piece of pieces) {
        const file = await present(() => writeFile(database, partition, written.length, piece, groupRows));
        if (file.events > 0) written.push(file);
        else await discard(partition, [file]);
      }
      return written;
    } catch (error) {
      await discard(partition, written);
      throw error;
    }
  }

  /** Puts the catalogue of the new files in place of the table, unless events came since they were written. */
  async function exchange(
    writer: Writer,
    partition: Partition,
    events: number,
    written: readonly SealedFile[],
  ): Promise<boolean> {
    if (!partitions.has(partition) || partition.open.events !== events) return false;
    const found = combined(written).events;
    if (found !== events) throw new Error(`${found} of its ${events} events were written`);
    const sealed = [...partition.sealed, ...written];
    const catalogue = await writeCatalogue(database, writer, partition, sealed);
    await partitions.exchange(partition, catalogue);
    return true;
  }

  return {
    /** Those that are over at `now`, epoch milliseconds. */
    due(now: number): Promise<readonly Sealing[]> {
      running ??= sealAll(now).finally(() => {
        running = undefined;
      });
      return running;
    },
    /** One before its time, while nothing is written to it. */
    early: trySeal,
  };
}

const isDue = ({ period, open, sealed }: Partition, now: number): boolean =>
  now >= period.to + graceMs && open.events >= (sealed.length === 0 ? 1 : lateRows);

const discard = (partition: Partition, files: readonly SealedFile[]) =>
  Promise.all(files.map((file) => rm(sealedPath(partition, file), { force: true })));

/** Stretches of event time (end exclusive), one for each file, and how many rows are written as one. */
async function plan(database: Database, partition: Partition, memory: number) {
  const { from, to, events } = partition.open;
  const table = `${quoteName(partition.alias)}.events`;
  const sample = `TABLESAMPLE system(${Math.min(100, (100 * sampledRows) / events)}%)`;
  const [row] = await database.read(
    `SELECT avg(strlen(doc) + strlen(words) + coalesce(strlen(message), 0) + coalesce(strlen(event_original), 0)) FROM ${table} ${sample}`,
  );
  const rowBytes = (row?.[0] as number | null) ?? memory / vectorRows;
  // Rows are sorted in memory, with as much again on the way into the file.
  const files = Math.ceil(Math.max(events / fileRows, (events * rowBytes) / (memory / 2)));
  const groupRows = Math.floor(memory / 32 / rowBytes / vectorRows) * vectorRows;
  const bounds = files === 1 ? [] : await quantiles(database, table, files);
  const edges = [from, ...new Set(bounds.filter((bound) => bound > from && bound <= to)), to + 1];
  return {
    pieces: edges.slice(1).map((end, i) => [edges[i] as number, end] as const),
    groupRows: Math.min(largestGroup, Math.max(vectorRows, groupRows)),
  };
}

async function quantiles(database: Database, table: string, parts: number): Promise<number[]> {
  const shares = Array.from({ length: parts - 1 }, (_, i) => (i + 1) / parts);
  const [row] = await database.read(
    `SELECT to_json(approx_quantile(ts, [${shares.join(', ')}]))::VARCHAR FROM ${table}`,
  );
  return JSON.parse(row?.[0] as string) as number[];
}

/** Writes the rows of a stretch of event time, durably, and answers what the catalogue has to say of them. */
async function writeFile(
  database: Database,
  partition: Partition,
  place: number,
  [from, to]: readonly [number, number],
  groupRows: number,
): Promise<SealedFile> {
  const file = `${partition.alias}.${partition.sealed.length + place}.parquet`;
  const path = sealedPath(partition, { file });
  const partial = `${path}.partial`;
  const table = `${quoteName(partition.alias)}.events`;
  await database.background(
    `COPY (SELECT * FROM ${table} WHERE ts >= ${from} AND ts < ${to} ORDER BY ts, id) TO ${quoteText(partial)} ` +
      `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows})`,
  );
  await settle(partial, path);
  const { size: bytes } = await stat(path);
  const sha256 = await sha256Of(path);
  const extent = await extentOf(database, `read_parquet(${quoteText(path)})`);
  return { ...extent, file, bytes, sha256, state: 'kept', until: 0 };
}

/** Writes what the partition's file will be: positions, paths and the list of its Parquet files, beside an empty table. */
async function writeCatalogue(
  database: Database,
  writer: Writer,
  partition: Partition,
  sealed: readonly SealedFile[],
): Promise<string> {
  const file = `${partition.file}.partial`;
  const name = `${partition.alias}.partial`;
  for (const left of [file, `${file}.wal`]) await rm(left, { force: true });
  await database.attach(file, name, partitionTables, { isSmall: true });
  try {
    for (const table of ['positions', 'paths'])
      await writer.run(
        `INSERT INTO ${quoteName(name)}.${table} SELECT * FROM ${quoteName(partition.alias)}.${table}`,
      );
    for (const one of sealed) await insertSealed(writer, name, one);
    await writer.run(`CHECKPOINT ${quoteName(name)}`);
  } finally {
    await database.detach(name);
  }
  return file;
}
