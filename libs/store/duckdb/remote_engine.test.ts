import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { openRemoteEngine } from './remote_engine.ts';

const program = bundled(new URL('./engine_thread.ts', import.meta.url));
let directory: string;
const open = (thread = program) =>
  openRemoteEngine(thread, { spill: directory, memoryLimitMb: 64, threads: 1 });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-engine-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('answers as DuckDB does, and carries errors over with their codes', async () => {
  const engine = open();
  expect(await engine.read('SELECT $1 + 1, $2', [41, 'text'])).toEqual([[42, 'text']]);
  await expect(engine.read('SELECT nonsense', [])).rejects.toThrow(/nonsense/);
  const file = join(directory, 'damaged.db');
  await writeFile(file, Buffer.alloc(40_960, 1));
  await expect(engine.attach(file, 'damaged', [])).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
    details: { file },
  });
  await engine.close();
});

it('refuses a file of another layout, and leaves it as it is', async () => {
  const engine = open();
  const file = join(directory, 'older.db');
  await engine.attach(file, 'older', ['events(ts BIGINT)']);
  await engine.run('UPDATE older.layout SET version = 1', []);
  await engine.detach('older');
  const before = await readFile(file);
  const refused = engine.attach(file, 'older', ['events(ts BIGINT)', 'more(ts BIGINT)']);
  await expect(refused).rejects.toMatchObject({ code: 'STORE_VERSION', details: { file, found: 1 } });
  await engine.close();
  expect(await readFile(file)).toEqual(before);
});

it('rejects when its thread is closed, or ends by itself', async () => {
  const engine = open();
  const answered = engine.read('SELECT 1', []);
  await engine.close();
  expect(await answered).toEqual([[1]]);
  await expect(engine.read('SELECT 1', [])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  const broken = open(new URL('./no_such_program.ts', import.meta.url));
  await expect(broken.read('SELECT 1', [])).rejects.toThrow(/no_such_program/);
  await expect(broken.read('SELECT 1', [])).rejects.toThrow(/no_such_program/);
});
