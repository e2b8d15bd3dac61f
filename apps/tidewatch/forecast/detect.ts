import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createMonitor } from '@tidewatch/forecast';
import { startErrors } from '../errors.ts';

export interface DetectRequest {
  readonly input: string;
  /** Seconds between values; absent: the usual distance of the file's first stamps. */
  readonly step?: number;
}

/** The columns of what is written. */
export const detectColumns = 'timestamp,value,expected,lower,upper,score';

/** Stamps that the step is taken from. */
const looked = 200;

/**
 * Reads a series (`timestamp,value`, a header or none; epoch seconds, or a time as ISO 8601 has it, UTC where it says no
 * zone) and says of each value what was expected before it came.
 *
 * @param write gets the rows, the header first
 * @returns how many values there were, and how many out of their band
 *
 * Rejects with `FILE_UNREADABLE`, or `SERIES_UNREADABLE` where a row is no time and value or times go back.
 */
export async function detect(
  { input, step }: DetectRequest,
  write: (row: string) => void,
): Promise<{ readonly values: number; readonly outside: number }> {
  if (!existsSync(input)) throw startErrors.FILE_UNREADABLE({ file: input, reason: 'there is no such file' });
  const lines = createInterface({ input: createReadStream(input), crlfDelay: Number.POSITIVE_INFINITY });
  let waiting: Row[] | undefined = [];
  let monitor = step === undefined ? undefined : createMonitor({ step });
  let number = 0;
  let last = Number.NEGATIVE_INFINITY;
  const seen = { values: 0, outside: 0 };
  write(detectColumns);

  const take = ({ stamp, time, value }: Row): void => {
    if (monitor === undefined) return;
    const { expected, lower, upper, score } = monitor.observe(time, value);
    seen.values++;
    if (score > 1) seen.outside++;
    write([stamp, shown(value), ...[expected, lower, upper, score].map(shown)].join(','));
  };
  const begin = (): void => {
    monitor ??= createMonitor({ step: usualStep(waiting ?? []) });
    waiting?.forEach(take);
    waiting = undefined;
  };

  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const row = readRow(line);
    if (row === undefined) {
      if (number === 1) continue;
      throw startErrors.SERIES_UNREADABLE({
        file: input,
        line: number,
        reason: 'no time and value, parted by a comma',
      });
    }
    if (row.time <= last) {
      throw startErrors.SERIES_UNREADABLE({
        file: input,
        line: number,
        reason: `${row.stamp} is not after the row before`,
      });
    }
    last = row.time;
    if (waiting === undefined) take(row);
    else if (waiting.push(row) >= (step === undefined ? looked : 1)) begin();
  }
  begin();
  return seen;
}

interface Row {
  readonly stamp: string;
  /** Epoch seconds. */
  readonly time: number;
  readonly value: number;
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

/** The median of the distances between stamps; a minute where there is none. */
function usualStep(rows: readonly Row[]): number {
  const gaps = rows
    .slice(1)
    .map(({ time }, i) => time - (rows[i] as Row).time)
    .sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? 60;
}

const shown = (value: number): string => (Number.isNaN(value) ? '' : String(Number(value.toPrecision(9))));
