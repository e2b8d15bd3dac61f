import type { Reader } from './database.ts';
import { quoteName } from './quote_name.ts';
import { extentOf, readSealed } from './sealed_files.ts';
import type { Extent, SealedFile } from './segments.ts';

/** What a partition's own file says. */
export interface PartitionFacts {
  /** The rows of the table: all there are, or those that came when it was sealed. */
  open: Extent;
  sealed: readonly SealedFile[];
  /** Highest stream offset stored, by stream partition. */
  positions: Map<number, number>;
  /** Dotted paths that occur in its documents. */
  paths: Set<string>;
}

/** @param alias that the file is attached as */
export async function readFacts(file: Reader, alias: string): Promise<PartitionFacts> {
  const from = quoteName(alias);
  const positions = await file.read(`SELECT stream_partition, stream_offset FROM ${from}.positions`);
  const paths = await file.read(`SELECT path FROM ${from}.paths`);
  return {
    open: await extentOf(file, `${from}.events`),
    sealed: await readSealed(file, alias),
    positions: new Map(positions as unknown as [number, number][]),
    paths: new Set(paths.map(([path]) => path as string)),
  };
}
