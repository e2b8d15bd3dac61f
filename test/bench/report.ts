import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../require.ts';

/** One measured line of a bench: what, the figure, and the bar it is held against. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly figure: string;
  /** What the design asks for; absent where nothing is asked. */
  readonly bar?: string;
  readonly met?: boolean;
}

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** The value below which the share `q` (0 to 1) of the numbers lies. */
export const quantile = (numbers: readonly number[], q: number): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};

export const thousands = (number: number): string => Math.round(number).toLocaleString('en-GB');

/** `median (least to most)` of several rounds. */
export const spread = (numbers: readonly number[], digits = 2): string =>
  `${median(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)} to ${Math.max(...numbers).toFixed(digits)})`;

const file = join(root, 'docs/benchmarks.md');

/** Puts a bench's table in its place in `docs/benchmarks.md`, between its markers; other benches' stay. */
export function writeReport(bench: string, notes: readonly string[], figures: readonly Figure[]): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
  const rows = figures.map(
    ({ id, what, figure, bar = '', met }) =>
      `| ${id} | ${what} | ${figure} | ${bar} | ${met === undefined ? '' : met ? 'met' : '**missed**'} |`,
  );
  const table = ['| | what | figure | bar | |', '|---|---|---|---|---|', ...rows].join('\n');
  const section = `<!-- ${bench} -->\n${machine}.\n\n${notes.join('\n')}\n\n${table}\n<!-- /${bench} -->`;
  const text = readFileSync(file, 'utf8');
  const place = new RegExp(`<!-- ${bench} -->[^]*<!-- /${bench} -->`);
  if (!place.test(text)) throw new Error(`docs/benchmarks.md has no place for ${bench}.`);
  writeFileSync(
    file,
    text.replace(place, () => section),
  );
  process.stdout.write(`\n${table}\n\nWritten to docs/benchmarks.md.\n`);
}
