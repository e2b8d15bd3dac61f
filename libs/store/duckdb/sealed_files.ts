import { join } from 'node:path';
import { errors } from '../errors.ts';
import type { Reader, Writer } from './database.ts';
import { fileSize, smallestDatabase } from './durable_file.ts';
import { quoteName } from './quote_name.ts';
import { type Extent, nothing, type SealedFile } from './segments.ts';

/** The Parquet files that a partition's own file lists. */
export async function readSealed(from: Reader, alias: string): Promise<SealedFile[]> {
  const rows = await from.read(`SELECT * FROM ${quoteName(alias)}.sealed`);
  return (rows as unknown as SealedRow[]).map(
    ([file, events, from, to, nested, bytes, sha256, state, until]) => ({
      ...{ file, events, from, to, nested, bytes, sha256, state, until },
    }),
  );
}

type SealedRow = [string, number, number, number, boolean, number, string, SealedFile['state'], number];

/** Lists one more. */
export async function insertSealed(writer: Writer, alias: string, sealed: SealedFile): Promise<void> {
  const { file, events, from, to, nested, bytes, sha256, state, until } = sealed;
  await writer.run(`INSERT INTO ${quoteName(alias)}.sealed VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
    ...[file, events, from, to, nested, bytes, sha256, state, until],
  ]);
}

/** What is known of rows, from reading them. */
export async function extentOf(from: Reader, rows: string): Promise<Extent> {
  const summary = `SELECT count(*), min(ts), max(ts), bool_or(nested) FROM ${rows}`;
  const [row] = (await from.read(summary)) as unknown as [number, number, number, boolean][];
  return row === undefined || row[0] === 0
    ? nothing
    : { events: row[0], from: row[1], to: row[2], nested: row[3] };
}

/** Without its catalogue nobody knows what a Parquet file is; a crash leaves none like that. @throws STORE_DAMAGED */
export async function seeCatalogues(folder: string, files: readonly string[]): Promise<void> {
  const sealed = files.filter((file) => /^events-.*\.parquet$/.test(file));
  for (const name of new Set(sealed.map((file) => file.slice(0, file.indexOf('.'))))) {
    const file = join(folder, `${name}.db`);
    if ((await fileSize(file)) >= smallestDatabase) continue;
    throw errors.STORE_DAMAGED({ file, problem: 'it lists Parquet files, and is missing or cut short' });
  }
}
