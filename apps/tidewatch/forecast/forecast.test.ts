import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtest, backtestText } from './backtest.ts';
import { detect, detectColumns } from './detect.ts';
import { readSeries } from './series_file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-forecast-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const hourly = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => {
    const t = from + i;
    return 100 + 40 * Math.sin((2 * Math.PI * t) / 24) + 3 * Math.sin(t * t);
  });

describe('a file of series', () => {
  it('has an id and values in each row; quotes, a header and empty cells at the end are as the M4 files have them', async () => {
    const file = await fileOf('m4.csv', '"V1","V2","V3","V4"\n"H1","605","586.5",\r\n"H2",1,NA,3\n\n');
    const [first, second] = await readSeries(file);
    expect([first?.id, ...(first?.values ?? [])]).toEqual(['H1', 605, 586.5]);
    expect([second?.id, ...(second?.values ?? [])]).toEqual(['H2', 1, Number.NaN, 3]);
  });

  it('that has something else is refused with its row', async () => {
    const file = await fileOf('wrong.csv', 'H1,1,2\nH2,1,two\n');
    await expect(readSeries(file)).rejects.toMatchObject({ code: 'SERIES_UNREADABLE' });
    await expect(readSeries(file)).rejects.toThrow('line 2: "two" is no number');
    await expect(readSeries(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('a back-test', () => {
  it('measures by the M4 competition, names what it left out, and takes series by their ids', async () => {
    const train = await fileOf(
      'train.csv',
      `H1,${hourly(500).join(',')}\nH2,${new Array(500).fill(7).join(',')}\n`,
    );
    const test = await fileOf(
      'test.csv',
      `H2,${new Array(48).fill(7).join(',')}\nH1,${hourly(48, 500).join(',')}\n`,
    );
    const done: number[] = [];
    const request = { train, test, seasons: [24], horizon: 48, level: 0.95 };
    const report = await backtest(request, (count) => done.push(count));
    expect(report).toMatchObject({ series: 1, left_out: ['H2'] });
    expect(done).toEqual([1, 2]);
    expect(report.owa).toBeLessThan(report.seasonal_naive.owa);
    expect(report.mase).toBeLessThan(1);
    expect(report.coverage).toBeGreaterThan(0.8);
    expect(backtestText(report)).toContain('1 series, 1 left out (H2)');
  });

  it.each([
    ['H1;1;2\n', 'SERIES_UNREADABLE'],
    ['H1,1,2,3\n', 'SERIES_UNMEASURED'],
    ['', 'SERIES_UNMEASURED'],
  ])('refuses %j, of which nothing can be measured', async (rows, code) => {
    const [train, test] = [
      await fileOf('odd.csv', `id,V1,V2\n${rows}`),
      await fileOf('next.csv', 'H1,1,2\n'),
    ];
    const request = { train, test, seasons: [24], horizon: 2, level: 0.95 };
    await expect(backtest(request, () => {})).rejects.toMatchObject({ code });
  });

  it('refuses a series without what follows it', async () => {
    const train = await fileOf('alone.csv', 'H9,1,2,3,4,5\n');
    const test = await fileOf('others.csv', 'H1,1\n');
    const request = { train, test, seasons: [2], horizon: 1, level: 0.95 };
    await expect(backtest(request, () => {})).rejects.toMatchObject({ code: 'SERIES_MISSING' });
  });
});

describe('detection', () => {
  const rowsOf = async (file: string, step?: number): Promise<string[]> => {
    const rows: string[] = [];
    await detect({ input: file, ...(step === undefined ? {} : { step }) }, (row) => rows.push(row));
    return rows;
  };

  it('says of every value what was expected, and finds one that is far off', async () => {
    const values = hourly(24 * 14);
    values[24 * 13 + 5] = 400;
    const start = Date.UTC(2026, 0, 5);
    const stamp = (i: number): string =>
      new Date(start + i * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const file = await fileOf(
      'series.csv',
      `timestamp,value\n${values.map((value, i) => `${stamp(i)},${value}`).join('\n')}\n`,
    );
    const [header, ...rows] = await rowsOf(file);
    expect(header).toBe(detectColumns);
    expect(rows).toHaveLength(values.length);
    const scores = rows.map((row) => Number(row.split(',')[5]));
    expect(scores.indexOf(Math.max(...scores))).toBe(24 * 13 + 5);
    expect(rows[24 * 13 + 5]?.startsWith(`${stamp(24 * 13 + 5)},400,`)).toBe(true);
  });

  it('refuses what is no time and value, and times that go back', async () => {
    const wrong = await fileOf('rows.csv', 'timestamp,value\n1000,1\n1060,x\n');
    await expect(rowsOf(wrong)).rejects.toThrow('line 3: no time and value');
    const back = await fileOf('back.csv', '1000,1\n940,2\n');
    await expect(rowsOf(back, 60)).rejects.toThrow('940 is not after the row before');
    await expect(rowsOf(folder)).rejects.toThrow('it is a folder');
  });
});
