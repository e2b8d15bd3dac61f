import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { csvCell } from '@tidewatch/api/download';
import { reasonOf, startErrors } from '../errors.ts';

/** Rows of features, and what they are of. */
export interface FeatureRows {
  readonly count: number;
  readonly ids: readonly (string | null)[];
  /** Epoch milliseconds. */
  readonly times: readonly number[];
  readonly labels: readonly (0 | 1 | null)[];
  /** Row by row. */
  readonly values: Float32Array;
}

/** A file of rows. It is there when all of it is. */
export interface RowFile {
  /** At most 2,048 rows. */
  write(rows: FeatureRows): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

export const rowFormats = ['parquet', 'ndjson', 'csv'] as const;
export type RowFormat = (typeof rowFormats)[number];

/** The format that a file's ending says. */
export const formatOf = (path: string): RowFormat | undefined =>
  rowFormats.find((format) => path.toLowerCase().endsWith(`.${format}`));

const idColumn = 'event.id';
const timeColumn = '@timestamp';
const labelColumn = 'label';

/**
 * Begins a file of rows: the event's id, its time (UTC), the columns of features, and the label.
 *
 * @throws FILE_NOT_WRITABLE, also in writing
 */
export async function createRowFile(
  path: string,
  format: RowFormat,
  columns: readonly string[],
): Promise<RowFile> {
  const part = `${path}.part`;
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw startErrors.FILE_NOT_WRITABLE({ file: path, reason: reasonOf(error) });
    }
  };
  const file = await attempt(() =>
    format === 'parquet' ? parquetFile(part, columns) : textFile(part, format, columns),
  );
  const abandon = async () => {
    await file.abandon().catch(() => undefined);
    await rm(part, { force: true });
  };
  return {
    write: (rows) => attempt(() => file.write(rows)),
    finish: () =>
      attempt(async () => {
        await file.finish();
        await rename(part, path);
      }),
    abandon,
  };
}

async function parquetFile(path: string, columns: readonly string[]): Promise<RowFile> {
  const { createParquetFile } = await import('@tidewatch/store/parquet');
  const file = await createParquetFile(path, [
    { name: idColumn, type: 'text' },
    { name: timeColumn, type: 'time' },
    ...columns.map((name) => ({ name, type: 'float' as const })),
    { name: labelColumn, type: 'byte' },
  ]);
  return {
    async write({ count, ids, times, labels, values }) {
      const features = columns.map((_, column) => {
        const own = new Float32Array(count);
        for (let row = 0; row < count; row++) own[row] = values[row * columns.length + column] as number;
        return own;
      });
      file.append([ids, times, ...features, labels]);
    },
    finish: () => file.finish(),
    abandon: () => file.abandon(),
  };
}

async function textFile(
  path: string,
  format: 'ndjson' | 'csv',
  columns: readonly string[],
): Promise<RowFile> {
  const stream = createWriteStream(path);
  const names = [idColumn, timeColumn, ...columns, labelColumn];
  const put = (text: string) =>
    new Promise<void>((resolve, reject) =>
      stream.write(text, (error) => (error ? reject(error) : resolve())),
    );
  // What cannot be opened is told by the first write.
  stream.on('error', () => undefined);
  await put(format === 'csv' ? `${names.join(',')}\r\n` : '');
  return {
    async write({ count, ids, times, labels, values }) {
      let text = '';
      for (let row = 0; row < count; row++) {
        const own = values.subarray(row * columns.length, (row + 1) * columns.length);
        const cells = [
          ids[row] ?? null,
          new Date(times[row] as number).toISOString(),
          ...own,
          labels[row] ?? null,
        ];
        text +=
          format === 'csv'
            ? `${cells.map(csvCell).join(',')}\r\n`
            : `${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, cells[i]])))}\n`;
      }
      await put(text);
    },
    async finish() {
      stream.end();
      await finished(stream);
    },
    abandon: async () => void stream.destroy(),
  };
}
