import { dirname, join } from 'node:path';
import type { DataClass } from '@tidewatch/event';
import type { Period } from '../partition.ts';
import { fileSize } from './durable_file.ts';
import type { PartitionFacts } from './partition_facts.ts';
import { quoteName, quoteText } from './quote_name.ts';
import { combined, type Extent, type SealedFile, type Segment } from './segments.ts';

/** The events of a class and a stretch of ingestion time: a file with a table, and Parquet files once it is sealed. */
export interface Partition extends PartitionFacts {
  readonly dataClass: DataClass;
  readonly name: string;
  readonly period: Period;
  readonly alias: string;
  readonly file: string;
  /** Number of its table, among all that were attached. */
  table: number;
  /** Sealed files that can't be read; they stand aside as `.damaged`. */
  readonly damaged: Set<string>;
  /** Bytes of large documents in the last, not yet full vector of its table. */
  large: number;
  /** It is to be deleted, and perhaps part of it is. */
  dropping: boolean;
  /** Reads under way: nothing is taken from under them. */
  reads: number;
  released?: (() => void) | undefined;
  /** Its files are being replaced; reads wait. */
  replacing?: Promise<void> | undefined;
}

export const sealedPath = ({ file }: Partition, sealed: Pick<SealedFile, 'file'>): string =>
  join(dirname(file), sealed.file);

export const presentFiles = ({ sealed, damaged }: Partition): SealedFile[] =>
  sealed.filter(({ file, state }) => state !== 'archived' && !damaged.has(file));

/** What is known of everything that it has here. */
export const extent = (partition: Partition): Extent =>
  combined([partition.open, ...presentFiles(partition)]);

/** Where its rows are read. */
export function segmentsOf(partition: Partition): Segment[] {
  const { alias, open, table } = partition;
  const files = presentFiles(partition).map((file): Segment => {
    const path = sealedPath(partition, file);
    const rows = `read_parquet(${quoteText(path)})`;
    return { ...file, alias, identity: `${path} ${file.sha256}`, rows, path, number: 'file_row_number' };
  });
  if (open.events === 0) return files;
  const rows = `${quoteName(alias)}.events`;
  return [...files, { ...open, alias, identity: `table ${table}`, rows, number: 'rowid' }];
}

/** What a partition takes of the disk. */
export async function partitionBytes(partition: Partition): Promise<number> {
  const files = [
    partition.file,
    `${partition.file}.wal`,
    ...presentFiles(partition).map((file) => sealedPath(partition, file)),
  ];
  const sizes = await Promise.all(files.map(fileSize));
  return sizes.reduce((sum, size) => sum + size, 0);
}
