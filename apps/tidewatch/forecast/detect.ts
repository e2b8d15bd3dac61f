import { createMonitor } from '@tidewatch/forecast';
import { type Row, seriesRows } from './series_rows.ts';

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
 * Says of each value of a series what was expected before it came.
 *
 * @param write gets the rows, the header first
 * @returns how many values there were, and how many out of their band
 *
 * Rejects as `seriesRows` does.
 */
export async function detect(
  { input, step }: DetectRequest,
  write: (row: string) => void,
): Promise<{ readonly values: number; readonly outside: number }> {
  let waiting: Row[] | undefined = [];
  let monitor = step === undefined ? undefined : createMonitor({ step });
  const seen = { values: 0, outside: 0 };
  write(detectColumns);

  const take = ({ stamp, time, value }: Row): void => {
    if (monitor === undefined) return;
    const { expected, lower, upper, score } = monitor.observe(time, value);
    seen.values++;
    if (value < lower || value > upper) seen.outside++;
    write([stamp, shown(value), ...[expected, lower, upper, score].map(shown)].join(','));
  };
  const begin = (): void => {
    monitor ??= createMonitor({ step: usualStep(waiting ?? []) });
    waiting?.forEach(take);
    waiting = undefined;
  };

  for await (const row of seriesRows(input)) {
    if (waiting === undefined) take(row);
    else if (waiting.push(row) >= (step === undefined ? looked : 1)) begin();
  }
  begin();
  return seen;
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
