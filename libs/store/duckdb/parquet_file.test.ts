import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createParquetFile } from './parquet_file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-parquet-'));
});
afterEach(() => rm(folder, { recursive: true }));

const columns = [
  { name: 'event.id', type: 'text' },
  { name: 'an "odd" name', type: 'float' },
  { name: '@timestamp', type: 'time' },
  { name: 'label', type: 'byte' },
] as const;
const time = Date.parse('2026-03-02T06:00:00.123Z');

it('writes what was appended, in order, and nothing beside it', async () => {
  const path = join(folder, "it's.parquet");
  const file = await createParquetFile(path, columns);
  const ids = Array.from({ length: 5_000 }, (_, i) => `e${i}`);
  for (let at = 0; at < ids.length; at += 2_000) {
    const part = ids.slice(at, at + 2_000);
    file.append([
      part.map((id) => (id === 'e1' ? null : id)),
      Float32Array.from(part, (_, i) => (at + i) / 3),
      part.map((_, i) => time + at + i),
      part.map((_, i) => ([0, 1, null] as const)[(at + i) % 3] ?? null),
    ]);
  }
  file.append([[], [], [], []]);
  await file.finish();
  expect(await readdir(folder)).toEqual(["it's.parquet"]);
  const connection = await (await DuckDBInstance.create()).connect();
  const quoted = path.replaceAll("'", "''");
  const read = await connection.runAndReadAll(`SELECT * FROM read_parquet('${quoted}')`);
  expect([read.columnNames(), read.columnTypes().map(String)]).toEqual([
    columns.map(({ name }) => name),
    ['VARCHAR', 'FLOAT', 'TIMESTAMP', 'TINYINT'],
  ]);
  const rows = read.getRowsJS();
  expect(rows.length).toBe(5_000);
  expect(rows[1]).toEqual([null, Math.fround(1 / 3), new Date(time + 1), 1]);
  expect(rows[4_001]).toEqual(['e4001', Math.fround(4_001 / 3), new Date(time + 4_001), null]);
  connection.closeSync();
});

it('leaves nothing of a file that is given up, or cannot be written', async () => {
  const file = await createParquetFile(join(folder, 'a.parquet'), columns);
  file.append([['e'], [1], [time], [null]]);
  await file.abandon();
  expect(await readdir(folder)).toEqual([]);
  await expect(createParquetFile(join(folder, 'none', 'a.parquet'), columns)).rejects.toThrow('none');
});
