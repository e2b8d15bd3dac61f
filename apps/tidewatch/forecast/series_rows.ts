import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { reasonOf, startErrors } from '../errors.ts';

/** A row of a series as a file has it. */
export interface Row {
  readonly stamp: string;
  /** Epoch seconds. */
  readonly time: number;
  readonly value: number;
}

/**
 * Reads a series as it stands in a file: `timestamp,value`, a header or none; epoch seconds or milliseconds, or a time as
 * ISO 8601 has it, UTC where it says no zone. An empty value was not measured.
 *
 * Rejects with `FILE_UNREADABLE`, or `SERIES_UNREADABLE` where a row is no time and value or times go back.
 */
export async function* seriesRows(file: string): AsyncGenerator<Row> {
  const input = (await openFile(file)).createReadStream();
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const refuse = (line: number, reason: string) => startErrors.SERIES_UNREADABLE({ file, line, reason });
  let number = 0;
  let last = Number.NEGATIVE_INFINITY;
  try {
    for await (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      const row = readRow(line);
      if (row === undefined && number === 1) continue;
      if (row === undefined) throw refuse(number, 'no time and value, parted by a comma');
      if (row.time <= last) throw refuse(number, `${row.stamp} is not after the row before`);
      last = row.time;
      yield row;
    }
  } finally {
    input.destroy();
  }
}

/** A stream that fails while it is read ends the process: what cannot be read is told before. */
async function openFile(file: string): Promise<FileHandle> {
  const unreadable = (reason: string) => startErrors.FILE_UNREADABLE({ file, reason });
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(reasonOf(error));
  });
  if (!(await handle.stat()).isDirectory()) return handle;
  await handle.close();
  throw unreadable('it is a folder');
}

function readRow(line: string): Row | undefined {
  const comma = line.indexOf(',');
  if (comma < 0) return undefined;
  const stamp = line.slice(0, comma).trim();
  const text = (line.slice(comma + 1).split(',')[0] ?? '').trim();
  const time = readTime(stamp.replace(/^"(.*)"$/, '$1'));
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isNaN(time) || (Number.isNaN(value) && text !== '' && text.toLowerCase() !== 'nan'))
    return undefined;
  return { stamp, time, value };
}

function readTime(stamp: string): number {
  if (/^\d{1,11}(?:\.\d+)?$/.test(stamp)) return Number(stamp);
  if (/^\d{13}$/.test(stamp)) return Number(stamp) / 1000;
  if (!/^\d{4}-\d\d-\d\d/.test(stamp)) return Number.NaN;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(stamp) || stamp.length <= 10;
  return Date.parse(zoned ? stamp : `${stamp.replace(' ', 'T')}Z`) / 1000;
}
