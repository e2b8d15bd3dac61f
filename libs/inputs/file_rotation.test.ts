import { appendFile, copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { at, following, ids, input, quiet, restart, sink, start, state } from './file.suite.ts';
import { waitFor } from './sink.suite.ts';

following();

describe('rotation', () => {
  test('by renaming: the rest of the old file and all of the new one', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start({ paths: [at('a.log')] });
    await sink.until(1);
    await rename(at('a.log'), at('a.log.1'));
    await appendFile(at('a.log.1'), 'late\nno end');
    await writeFile(at('a.log'), 'new\n');
    await sink.until(4);
    expect(sink.texts().sort()).toEqual(['late', 'new', 'no end', 'one']);
  });

  test('by renaming while nobody looked', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start({ paths: [at('a.log')] });
    await sink.until(1);
    await input.stop();
    await appendFile(at('a.log'), 'missed\n');
    await rename(at('a.log'), at('a.log-20250101'));
    await writeFile(at('a.log'), 'new\n');
    await start({ paths: [at('a.log')] });
    await sink.until(3);
    await quiet();
    expect(sink.texts().sort()).toEqual(['missed', 'new', 'one']);
  });

  test('by copying and truncating, running or not; equal lines are new events', async () => {
    await writeFile(at('a.log'), 'banner\none\n');
    await start();
    await sink.until(2);
    await copyFile(at('a.log'), at('a.log.1'));
    await truncate(at('a.log'));
    await quiet(100);
    await appendFile(at('a.log'), 'banner\none\n');
    await sink.until(4);
    expect(new Set(ids()).size).toBe(4);
    await input.stop();
    await writeFile(at('a.log'), 'banner\n');
    await start();
    await sink.until(5);
    expect(new Set(ids()).size).toBe(5);
  });

  test('by truncating, when the new content is already longer than the old', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start();
    await sink.until(1);
    await input.stop();
    await writeFile(at('a.log'), 'first of many\nsecond\n');
    await start();
    await sink.until(3);
    expect(sink.texts()).toEqual(['one', 'first of many', 'second']);
  });

  test('an empty packed one holds up no new file, before or after a restart', async () => {
    await writeFile(at('app.log.1.gz'), gzipSync(''));
    const positions = join(state, 'positions.json');
    await start({ paths: [at('app.log*')] });
    await waitFor(async () => (await readFile(positions, 'utf8')).includes('"over":true'));
    await input.stop();
    await writeFile(at('app.log'), 'one\n');
    await start({ paths: [at('app.log*')] });
    await sink.until(1);
  });

  test('what was put aside and waits to be read is read after a restart, too', async () => {
    await writeFile(at('app.log'), 'one\n');
    await start({ paths: [at('app.log')], poll_ms: 200 });
    await sink.until(1);
    // It may still be written: it waits for two polls.
    await writeFile(at('app.log.1.gz'), gzipSync('packed\n'));
    await quiet(300);
    await input.stop();
    await start({ paths: [at('app.log')] });
    await sink.until(2);
    expect(sink.texts()).toEqual(['one', 'packed']);
  });

  test('a last line over the cap without an end is cut, and read once', async () => {
    await writeFile(at('app.log'), `one\n${'x'.repeat(600_000)}`);
    await start({ paths: [at('app.log')], max_line_bytes: 1_000 });
    await sink.until(1);
    await rename(at('app.log'), at('app.log.1'));
    await sink.until(2);
    await restart({ paths: [at('app.log*')], max_line_bytes: 1_000 });
    await quiet(300);
    expect(sink.texts()).toEqual(['one', 'x'.repeat(1_000)]);
  });

  test('a file that is deleted is let go', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start();
    await sink.until(1);
    await rm(at('a.log'));
    await waitFor(() => input.listeners()[0]!.detail === 'no such file yet');
    await writeFile(at('a.log'), 'two\n');
    await sink.until(2);
  });
});
