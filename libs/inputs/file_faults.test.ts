import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import { describe, expect, test } from 'vitest';
import { at, following, ids, input, make, quiet, restart, sink, start, state } from './file.suite.ts';
import { waitFor } from './sink.suite.ts';

following();

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
