import { appendFile, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { at, following, ids, input, quiet, restart, sink, start, state } from './file.suite.ts';

following();

describe('following', () => {
  test('reads what is there, what is added, and files that come later', async () => {
    await writeFile(at('a.log'), 'one\r\ntwo\n\n');
    await start({ source: 'web', dataset: 'nginx.access' });
    await sink.until(2);
    await appendFile(at('a.log'), 'three\nfo');
    await sink.until(3);
    await appendFile(at('a.log'), 'ur\n');
    await writeFile(at('b.log'), 'five\n');
    await sink.until(5);
    expect(sink.texts().sort()).toEqual(['five', 'four', 'one', 'three', 'two']);
    expect(sink.taken[1]).toMatchObject({
      source: 'web',
      record: {
        format: 'auto',
        position: { kind: 'file', offset: 5 },
        hints: { path: at('a.log'), dataset: 'nginx.access' },
      },
    });
    expect(input.listeners()).toEqual([{ address: at('*.log'), state: 'listening', detail: '2 files' }]);
  });

  test('lines that have a text in common come as one, over a pause and a restart', async () => {
    const multiline = { same: 'msg=audit\\(([^)]+)\\)', timeout_ms: 1_500 };
    const of = (type: string, serial: number) => `type=${type} msg=audit(1795252081.123:${serial}): x`;
    await writeFile(at('a.log'), `${of('SYSCALL', 7)}\n`);
    await start({ multiline });
    await appendFile(at('a.log'), `${of('PATH', 7)}\n${of('LOGIN', 8)}\n${of('SYSCALL', 9)}\n`);
    await sink.until(2);
    await restart({ multiline });
    await appendFile(at('a.log'), `${of('CWD', 9)}\n`);
    await sink.until(3);
    expect(sink.texts()).toEqual([
      `${of('SYSCALL', 7)}\n${of('PATH', 7)}`,
      of('LOGIN', 8),
      `${of('SYSCALL', 9)}\n${of('CWD', 9)}`,
    ]);
  });

  test('goes on after a restart, with nothing twice and nothing lost', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start();
    await sink.until(1);
    await input.stop();
    await appendFile(at('a.log'), 'two\n');
    await start();
    await sink.until(2);
    await quiet();
    expect(sink.texts()).toEqual(['one', 'two']);
  });

  test('`end` passes over what was there at the first start, and only then', async () => {
    await writeFile(at('a.log'), 'old\nhalf');
    await start({ start_at: 'end' });
    await appendFile(at('a.log'), ' line\nnew\n');
    await sink.until(2);
    await writeFile(at('b.log'), 'all of this\n');
    await sink.until(3);
    await input.stop();
    await writeFile(at('c.log'), 'and of this\n');
    await start({ start_at: 'end' });
    await sink.until(4);
    expect(sink.texts()).toEqual(['half line', 'new', 'all of this', 'and of this']);
  });

  test('a big file comes whole, in order, in batches', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 100)}`);
    await writeFile(at('a.log'), `${lines.join('\n')}\n`);
    await start({ max_line_bytes: 1000 });
    await sink.until(lines.length);
    expect(sink.texts()).toEqual(lines);
    expect(sink.calls.length).toBeGreaterThan(5);
    expect(new Set(ids()).size).toBe(lines.length);
    expect(sink.taken.map(({ record }) => record.text)).toEqual(lines);
  });

  test('patterns go down directories, links are followed, what cannot be unpacked is left alone', async () => {
    await mkdir(at('deep/er'), { recursive: true });
    await writeFile(at('deep/er/a.log'), 'deep\n');
    await writeFile(join(sink.directory, 'target'), 'linked\n');
    await symlink(join(sink.directory, 'target'), at('link.log'));
    await writeFile(at('a.log.xz'), 'no\n');
    await writeFile(at('[odd].log'), 'odd\n');
    await start({ paths: [at('**/*.log*'), at('[odd].log')] });
    await sink.until(3);
    await quiet();
    expect(sink.texts().sort()).toEqual(['deep', 'linked', 'odd']);
  });
});

describe('identity', () => {
  test('a file read again gives the same ids, even when the positions are lost', async () => {
    await writeFile(at('a.log'), 'one\ntwo\n');
    await start();
    await sink.until(2);
    await input.stop();
    await rm(state, { recursive: true });
    await start();
    await sink.until(4);
    expect(ids().slice(2)).toEqual(ids().slice(0, 2));
  });

  test('after a crash between taking and saving, the same lines have the same ids', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start();
    await sink.until(1);
    await input.stop();
    const saved = await readFile(join(state, 'positions.json'));
    await appendFile(at('a.log'), 'two\nthree\n');
    await start();
    await sink.until(3);
    await input.stop();
    await writeFile(join(state, 'positions.json'), saved);
    await start();
    await sink.until(5);
    expect(sink.texts().slice(3)).toEqual(['two', 'three']);
    expect(ids().slice(3)).toEqual(ids().slice(1, 3));
  });

  test('ids stay while a small file grows and when it is renamed', async () => {
    await writeFile(at('a.log'), 'on');
    await start();
    await quiet(60);
    for (const part of ['e\n', 'two\n', 'three\n']) {
      await appendFile(at('a.log'), part);
      await quiet(40);
    }
    await sink.until(3);
    await rename(at('a.log'), at('b.log'));
    await appendFile(at('b.log'), 'four\n');
    await sink.until(4);
    const fingerprints = sink.taken.map(
      ({ record }) => record.position.kind === 'file' && record.position.fingerprint,
    );
    expect(new Set(fingerprints).size).toBe(1);
    expect(sink.texts()).toEqual(['one', 'two', 'three', 'four']);
  });

  test('two files that are alike have ids of their own', async () => {
    await writeFile(at('a.log'), 'same\n');
    await copyFile(at('a.log'), at('b.log'));
    await start();
    await sink.until(2);
    expect(new Set(ids()).size).toBe(2);
  });
});
