import { readFile } from 'node:fs/promises';
import { reasonOf, startErrors } from '../errors.ts';

/** A series as the M4 competition's files have it. */
export interface NamedSeries {
  readonly id: string;
  readonly values: Float64Array;
}

/**
 * Reads a file of series, one a row: its id, then its values, oldest first; cells at the end may be empty. A first row
 * without a number is a header.
 *
 * Rejects with `FILE_UNREADABLE`, or `SERIES_UNREADABLE` with the row that is no series.
 */
export async function readSeries(file: string): Promise<NamedSeries[]> {
  const rows = (await readText(file)).split(/\r?\n/);
  const series: NamedSeries[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue;
    const [id = '', ...cells] = row.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    while (cells.at(-1) === '') cells.pop();
    if (index === 0 && cells.every((cell) => cell === '' || Number.isNaN(Number(cell)))) continue;
    const refuse = (reason: string) => startErrors.SERIES_UNREADABLE({ file, line: index + 1, reason });
    if (!row.includes(',')) throw refuse('no id and values, parted by commas');
    const values = Float64Array.from(cells, (cell) =>
      cell === '' || cell === 'NA' ? Number.NaN : Number(cell),
    );
    const wrong = cells.findIndex((cell, i) => Number.isNaN(values[i]) && cell !== '' && cell !== 'NA');
    if (wrong >= 0) throw refuse(`"${cells[wrong]}" is no number`);
    series.push({ id, values });
  }
  return series;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
  }
}
