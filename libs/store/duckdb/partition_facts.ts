import type { Database } from './database.ts';
import type { Partition } from './partitions.ts';
import { quoteName } from './quote_name.ts';
import { extentOf } from './sealed_files.ts';

/** Reads what is known of a partition's own file: its extent, how far streams are stored in it, and its paths. */
export async function readFacts(database: Pick<Database, 'read'>, partition: Partition): Promise<void> {
  const { alias, positions, paths } = partition;
  const from = quoteName(alias);
  partition.open = await extentOf(database, `${from}.events`);
  positions.clear();
  for (const [stream, offset] of await database.read(`SELECT * FROM ${from}.positions`))
    positions.set(stream as number, offset as number);
  paths.clear();
  for (const [path] of await database.read(`SELECT path FROM ${from}.paths`)) paths.add(path as string);
}
