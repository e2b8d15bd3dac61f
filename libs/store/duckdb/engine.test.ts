import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { suiteClasses } from '../fixtures.suite.ts';
import { openEngine } from './engine.ts';
import { openDuckDbStore } from './index.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-engine-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('takes 256 MB and two threads, unless it is told', async () => {
  const create = vi.spyOn(DuckDBInstance, 'create');
  const limits = async (options: object) => {
    const store = await openDuckDbStore({ directory, classes: suiteClasses, ...options });
    const instance = (await create.mock.results.at(-1)?.value) as DuckDBInstance;
    const connection = await instance.connect();
    const sql = `SELECT current_setting('memory_limit'), current_setting('threads')`;
    const rows = (await connection.runAndReadAll(sql)).getRows();
    connection.closeSync();
    await store.close();
    return rows;
  };
  try {
    expect(await limits({})).toEqual([['244.1 MiB', 2n]]);
    expect(await limits({ memoryLimitMb: 100, threads: 1 })).toEqual([['95.3 MiB', 1n]]);
  } finally {
    create.mockRestore();
  }
});

it('refuses what takes more memory than it may, and answers the next', async () => {
  const engine = await openEngine({ spill: join(directory, 'spill'), memoryLimitMb: 32, threads: 1 });
  const much = engine.read(`SELECT list(repeat('x', 100) || i) FROM range(2_000_000) r(i)`, []);
  await expect(much).rejects.toMatchObject({ code: 'QUERY_TOO_WIDE' });
  expect(await engine.read('SELECT 1', [])).toEqual([[1]]);
  await engine.close();
});

it('makes its own folder for what memory cannot hold, and takes it away', async () => {
  const spill = join(directory, 'own');
  const engine = await openEngine({ spill, memoryLimitMb: 32, threads: 1 });
  const sorting = engine.read(
    `SELECT count(l) FROM (SELECT lag(repeat('x', 100) || i) OVER (ORDER BY hash(i)) AS l FROM range(500_000) r(i))`,
    [],
  );
  let most = 0;
  for (let done = false; !done; ) {
    done = await Promise.race([sorting.then(() => true), sleep(10, false)]);
    most = Math.max(most, (await readdir(spill).catch(() => [])).length);
  }
  expect(await sorting).toEqual([[499_999]]);
  expect(most).toBeGreaterThan(0);
  await engine.close();
  expect(await readdir(directory)).toEqual([]);
});
