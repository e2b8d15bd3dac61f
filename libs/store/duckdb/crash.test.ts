import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { suiteClasses } from '../fixtures.suite.ts';
import { crashBatch } from './crash.batch.ts';
import { openDuckDbStore } from './index.ts';

const child = fileURLToPath(bundled(new URL('./crash.child.ts', import.meta.url)));
const thread = bundled(new URL('./engine_thread.ts', import.meta.url));

/**
 * Lets the child write from `first` on, kills it after `batches` acknowledgements, and answers the last offset of those.
 * `whileWriting` runs before the kill.
 */
function writeAndKill(
  directory: string,
  first: number,
  batches: number,
  whileWriting: () => Promise<void> = async () => {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = spawn(process.execPath, [child, directory, String(first), thread.href], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    let killing = false;
    worker.stdout.setEncoding('utf8').on('data', (data: string) => {
      text += data;
      if (killing || text.split('\n').length <= batches) return;
      killing = true;
      whileWriting().then(() => worker.kill('SIGKILL'), reject);
    });
    worker.on('error', reject);
    worker.on('close', () => resolve(Number(text.trim().split('\n').at(-1))));
  });
}

it('has every acknowledged event once after kill -9', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-crash-'));
  const spill = join(directory, 'spill');
  let acknowledged = -1;
  for (const batches of [3, 11]) {
    acknowledged = await writeAndKill(directory, acknowledged + 1, batches, async () => {
      await mkdir(join(spill, 'running'));
      const second = openDuckDbStore({ directory, classes: suiteClasses });
      await expect(second).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      expect(await readdir(spill)).toEqual(['running']);
    });
    expect(acknowledged).toBeGreaterThan(100);
    const store = await openDuckDbStore({ directory, classes: suiteClasses });
    // What queries of a process that is gone could not hold in memory are events, too.
    expect(await readdir(spill)).toEqual([]);
    // The stream gives again what was not committed: some of it is there, and no event comes twice.
    for (let offset = Math.max(0, acknowledged - 299); offset <= acknowledged + 1; offset += 100) {
      const outcomes = await store.events.write(crashBatch(offset));
      if (offset <= acknowledged)
        expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['already_there']));
    }
    acknowledged += 100;
    const ids = new Set<string>();
    let after: string | undefined;
    let seen = 0;
    do {
      const request = {
        range: { from: 0, to: Number.POSITIVE_INFINITY },
        sort: 'oldest',
        limit: 1_000,
      } as const;
      const page = await store.events.search(
        { ...request, ...(after && { after }) },
        { principal: 'tests', dataClasses: 'all' },
      );
      for (const { event } of page.items) ids.add(event.id);
      seen += page.items.length;
      after = page.next;
    } while (after !== undefined);
    expect(seen).toBe(ids.size);
    expect(ids.size).toBe(acknowledged + 1);
    await store.close();
  }
  await rm(directory, { recursive: true });
}, 60_000);

it('opens past what a crash left half made', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-crash-'));
  const open = () => openDuckDbStore({ directory, classes: suiteClasses });
  let store = await open();
  await store.events.write(crashBatch(0));
  await store.close();
  const file = join(directory, 'events', 'short', 'events-short-2024-05-16.db');
  await writeFile(file, Buffer.alloc(4096));
  await writeFile(join(directory, 'events', 'short', 'events-short-2024-05-17.db.wal'), 'leftover');
  store = await open();
  expect((await store.events.stats()).events).toBe(100);
  await store.close();
  await writeFile(file, Buffer.alloc(40_960, 1));
  await expect(open()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  await rm(file);
  const strangers = join(directory, 'events', 'strangers');
  await mkdir(strangers);
  await rename(file.replace('16', '15'), join(strangers, 'events-strangers-2024-05-15.db'));
  await expect(open()).rejects.toMatchObject({ code: 'CLASS_UNKNOWN' });
  await rm(directory, { recursive: true });
});
