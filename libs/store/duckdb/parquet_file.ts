import { rm } from 'node:fs/promises';
import {
  BIGINT,
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
  FLOAT,
  TINYINT,
  VARCHAR,
} from '@duckdb/node-api';

/** `time`: epoch milliseconds, which become a TIMESTAMP (UTC). `byte`: -128 to 127. */
export type ParquetType = 'text' | 'time' | 'float' | 'byte';

export interface ParquetFile {
  /** Values of each column, all of one length up to 2,048; null where there is none. */
  append(columns: readonly ArrayLike<string | number | null>[]): void;
  /** The file is there when it resolves. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

const stored = { text: VARCHAR, time: BIGINT, float: FLOAT, byte: TINYINT };
const quoted = (text: string, quote: string) => `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;

/** Writes rows to a Parquet file (zstd), by way of a database beside it, so that no more than a few MB are in memory. */
export async function createParquetFile(
  path: string,
  columns: readonly { readonly name: string; readonly type: ParquetType }[],
): Promise<ParquetFile> {
  const scratch = `${path}.db`;
  const leaveNothing = async () => {
    for (const file of [scratch, `${scratch}.wal`]) await rm(file, { force: true });
  };
  await leaveNothing();
  const database = await DuckDBInstance.create(scratch, { memory_limit: '512MB', threads: '1' });
  const connection = await database.connect();
  const names = columns.map(({ name }) => quoted(name, '"'));
  const types = columns.map(({ type }) => stored[type]);
  await connection.run(`CREATE TABLE rows (${names.map((name, i) => `${name} ${types[i]}`).join(', ')})`);
  const appender: DuckDBAppender = await connection.createAppender('rows');
  const close = async () => {
    appender.closeSync();
    connection.closeSync();
    database.closeSync();
    await leaveNothing();
  };
  return {
    append(values) {
      const count = values[0]?.length ?? 0;
      if (count === 0) return;
      const chunk = DuckDBDataChunk.create(types, count);
      chunk.setColumns(
        values.map((column, i) =>
          columns[i]?.type === 'time'
            ? Array.from(column, (value) => (value === null ? null : BigInt(value)))
            : (column as readonly DuckDBValue[]),
        ),
      );
      appender.appendDataChunk(chunk);
    },
    async finish() {
      try {
        appender.flushSync();
        const shown = columns.map(({ type }, i) =>
          type === 'time' ? `epoch_ms(${names[i]}) AS ${names[i]}` : names[i],
        );
        await connection.run(
          `COPY (SELECT ${shown.join(', ')} FROM rows) TO ${quoted(path, "'")} (FORMAT parquet, COMPRESSION zstd)`,
        );
      } finally {
        await close();
      }
    },
    abandon: close,
  };
}
