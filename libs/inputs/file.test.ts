import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isTidewatchError } from '@tidewatch/event';
import { eventId } from '@tidewatch/event/ids';
import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { file } from './file.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';

let sink: Sink;
let input: Input;
let logs: string;
let state: string;

const at = (name: string) => join(logs, name);
const make = (config: Record<string, unknown> = {}) =>
  file.create(file.config.parse({ paths: [at('*.log')], poll_ms: 20, ...config }), {
    ...sink.context,
    directory: state,
  });
async function start(config: Record<string, unknown> = {}): Promise<void> {
  input = make(config);
  await input.start();
}
async function restart(config: Record<string, unknown> = {}): Promise<void> {
  await input.stop();
  await start(config);
}
const ids = () => sink.taken.map(({ record }) => eventId(record.position));
const quiet = (ms = 150) => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(async () => {
  sink = await createSink();
  logs = join(sink.directory, 'logs');
  state = join(sink.directory, 'state');
  await mkdir(logs);
});
afterEach(async () => {
  await input?.stop();
  await sink.remove();
});

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

describe('bad input', () => {
  test('a directory in place of a file is said; the others go on', async () => {
    await mkdir(at('a.log'));
    await writeFile(at('b.log'), 'one\n');
    await start({ paths: [at('a.log'), at('b.log'), at('none.log')] });
    await sink.until(1);
    expect(input.listeners()).toEqual([
      {
        address: at('a.log'),
        state: 'failed',
        detail: expect.stringContaining(
          `is a directory, not a file. To follow the files in it, write ${at('a.log')}/*`,
        ),
      },
      { address: at('b.log'), state: 'listening', detail: '1 file' },
      { address: at('none.log'), state: 'listening', detail: 'no such file yet' },
    ]);
    expect(sink.log.filter((line) => line.includes('is a directory'))).toHaveLength(1);
    await rm(at('a.log'), { recursive: true });
    await writeFile(at('a.log'), 'two\n');
    await sink.until(2);
    expect(input.listeners()[0]).toMatchObject({ state: 'listening' });
  });

  test('a line over the cap is cut and counted, within a read and across many', async () => {
    await writeFile(at('a.log'), `before\n${'x'.repeat(5_000)}\nbetween\n${'y'.repeat(2_000_000)}\nafter\n`);
    await start({ max_line_bytes: 1_000 });
    await sink.until(5);
    expect(sink.texts()).toEqual(['before', 'x'.repeat(1_000), 'between', 'y'.repeat(1_000), 'after']);
    expect(sink.taken.map(({ record }) => record.hints.truncatedFrom)).toEqual([
      undefined,
      5_000,
      undefined,
      2_000_000,
      undefined,
    ]);
    expect(input.listeners()[0]!.detail).toContain('2 lines cut');
    const offsets = sink.taken.map(({ record }) => record.position.kind === 'file' && record.position.offset);
    expect(offsets).toEqual([0, 7, 5_008, 5_016, 2_005_017]);
  });

  test('a line over the cap that grows is taken when it ends', async () => {
    await writeFile(at('a.log'), 'z'.repeat(600_000));
    await start({ max_line_bytes: 1_000 });
    await quiet();
    expect(sink.taken).toEqual([]);
    await appendFile(at('a.log'), 'z\nnext\n');
    await sink.until(2);
    expect(sink.taken[0]!.record.hints.truncatedFrom).toBe(600_001);
    expect(sink.texts()[1]).toBe('next');
  });

  test('invalid UTF-8 and zero bytes pass on byte for byte', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0d, 0x41]);
    await writeFile(at('a.log'), Buffer.concat([bytes, Buffer.from('\n')]));
    await start();
    await sink.until(1);
    expect(Buffer.from(sink.taken[0]!.record.bytes).equals(bytes)).toBe(true);
  });

  test('damaged positions are set aside and said; files are read again under the same ids', async () => {
    await writeFile(at('a.log'), 'one\n');
    await start();
    await sink.until(1);
    await input.stop();
    await writeFile(join(state, 'positions.json'), '{"version":1,"files":[{');
    await start();
    await sink.until(2);
    expect(ids()[1]).toBe(ids()[0]);
    expect(sink.log.join()).toContain('damaged');
    expect(await readFile(join(state, 'positions.json.damaged'), 'utf8')).toContain('"version"');
  });

  test('a state directory that cannot be written is said at the start', async () => {
    await writeFile(state, 'in the way');
    await expect(make().start()).rejects.toSatisfy((error) =>
      isTidewatchError(error, 'POSITIONS_UNWRITABLE'),
    );
  });
});

describe('back-pressure', () => {
  test('waits while the pipeline is full, then goes on without a loss', async () => {
    sink.full = 2;
    await writeFile(at('a.log'), 'one\ntwo\n');
    await start();
    await sink.until(2);
    expect(sink.texts()).toEqual(['one', 'two']);
    expect(sink.log.join()).toContain('takes no records now');
  });

  test('a stop while it is full keeps the position', async () => {
    sink.full = Number.POSITIVE_INFINITY;
    await writeFile(at('a.log'), 'one\n');
    await start();
    await waitFor(() => sink.log.join().includes('takes no records now'));
    await input.stop();
    sink.full = 0;
    await start();
    await sink.until(1);
  });

  test('what governance refuses waits in the file', async () => {
    sink.refuses = new Set(['file']);
    await writeFile(at('a.log'), 'one\ntwo\n');
    await start();
    await waitFor(() => input.listeners()[0]!.detail?.includes('2 lines refused') === true);
    sink.refuses = new Set();
    await restart();
    await sink.until(2);
    expect(sink.texts()).toEqual(['one', 'two']);
  });

  test('of lines that are read at once, those that were taken are not read again', async () => {
    const lines = Array.from({ length: 3_500 }, (_, i) => `line ${i}`);
    await writeFile(at('a.log'), `${lines.join('\n')}\n`);
    const first = holdNext();
    await start();
    await first.reached(1);
    const second = holdNext();
    first.release();
    await second.reached(2);
    sink.refuses = new Set(['file']);
    second.release();
    await waitFor(() => input.listeners()[0]!.detail?.includes('1000 lines refused') === true);
    sink.refuses = new Set();
    const third = holdNext();
    await restart();
    await third.reached(3);
    const fourth = holdNext();
    third.release();
    await fourth.reached(4);
    sink.full = 1;
    fourth.release();
    await waitFor(() => sink.full === 0);
    await restart();
    await sink.until(lines.length);
    expect(sink.texts()).toEqual(lines);
  });

  /** Makes the next calls wait, though not those that wait already. */
  function holdNext() {
    let release = (): void => undefined;
    sink.gate = new Promise((resolve) => {
      release = resolve;
    });
    return { release, reached: (calls: number) => waitFor(() => sink.asked === calls) };
  }
});
