import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ScoreName, scoreNames } from '@tidewatch/forest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scoreColumns, scoreSeries } from './score_series.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-anomaly-'));
});
afterAll(() => rm(folder, { recursive: true }));

const series = Array.from({ length: 1_500 }, (_, i) => 10 + Math.sin(i / 8) + 0.1 * Math.sin(i * i));
series[1_200] = 15;
const csv = (values: readonly (number | string)[]): string =>
  `timestamp,value\n${values.map((value, i) => `${1_780_000_000 + 60 * i},${value}`).join('\n')}\n`;

async function rowsOf(
  name: string,
  values: readonly (number | string)[],
  score?: ScoreName,
): Promise<string[][]> {
  const [input, output] = [join(folder, `${name}.csv`), join(folder, `${name}.out.csv`)];
  await writeFile(input, csv(values));
  await scoreSeries({ input, output, shingle: 8, seed: 1, ...(score && { score }) });
  const lines = (await readFile(output, 'utf8')).trimEnd().split('\n');
  expect(lines.shift()).toBe(scoreColumns);
  return lines.map((line) => line.split(','));
}

it.each(scoreNames)(
  'finds what is odd by %s, says what was expected, and keeps scores from 0 to 1',
  async (by) => {
    const rows = await rowsOf('spike', series, by);
    expect(rows).toHaveLength(series.length);
    const scores = rows.map((row) => Number(row[2]));
    expect(scores.indexOf(Math.max(...scores))).toBe(1_200);
    for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
    const [, value, , grade, expected] = rows[1_200] ?? [];
    expect([value, Number(grade) > 0]).toEqual(['15', true]);
    expect(Math.abs(Number(expected) - 10)).toBeLessThan(2);
  },
);

it('looks at nothing that comes later', async () => {
  const [whole, half] = [await rowsOf('whole', series), await rowsOf('half', series.slice(0, 700))];
  expect(whole.slice(0, 700)).toEqual(half);
});

it('passes by what was not measured', async () => {
  const rows = await rowsOf('gap', [1, 2, '', 3]);
  expect(rows[2]?.slice(1)).toEqual(['', '', '', '']);
});

it('leaves no file behind of a series that cannot be read', async () => {
  const [input, output] = [join(folder, 'bad.csv'), join(folder, 'bad.out.csv')];
  await writeFile(input, 'timestamp,value\n1,1\n2,x\n');
  await expect(scoreSeries({ input, output, shingle: 8, seed: 1 })).rejects.toMatchObject({
    code: 'SERIES_UNREADABLE',
  });
  expect([output, `${output}.part`].filter(existsSync)).toEqual([]);
});

it.each([
  { where: 'a folder that is not there', output: 'none/out.csv', reason: 'there is no such folder' },
  { where: 'what is a folder', output: 'taken', reason: 'it is a folder' },
])('says that it cannot write to $where', async ({ output, reason }) => {
  await mkdir(join(folder, 'taken'), { recursive: true });
  const input = join(folder, 'short.csv');
  await writeFile(input, csv([1, 2]));
  await expect(
    scoreSeries({ input, output: join(folder, output), shingle: 8, seed: 1 }),
  ).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE', message: expect.stringContaining(reason) });
});
