import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { file } from '../file.ts';
import { createSink, type Sink } from '../sink.suite.ts';
import { headerChanges } from './header.ts';

let sink: Sink;
let input: Input;
let path: string;

async function start(config: Record<string, unknown> = {}): Promise<void> {
  input = file.create(file.config.parse({ paths: [path], poll_ms: 20, ...config }), {
    ...sink.context,
    directory: join(sink.directory, 'state'),
  });
  await input.start();
}
const headers = () => sink.taken.map(({ text, record }) => [text, record.hints.header]);

beforeEach(async () => {
  sink = await createSink();
  await mkdir(join(sink.directory, 'logs'));
  path = join(sink.directory, 'logs', 'a.log');
});
afterEach(async () => {
  await input?.stop();
  await sink.remove();
});

describe('the header of a file', () => {
  test('goes along with the lines below it, over a restart and until another comes', async () => {
    await writeFile(path, '#Software: x\r\n#Fields: a b\r\n1 2\r\n');
    await start();
    await sink.until(3);
    await input.stop();
    await appendFile(path, '3 4\r\n# a remark\r\n#Fields: a b c\r\n5 6 7\r\n');
    await start();
    await sink.until(7);
    expect(headers()).toEqual([
      ['#Software: x', undefined],
      ['#Fields: a b', undefined],
      ['1 2', '#Fields: a b'],
      ['3 4', '#Fields: a b'],
      ['# a remark', '#Fields: a b'],
      ['#Fields: a b c', '#Fields: a b'],
      ['5 6 7', '#Fields: a b c'],
    ]);
  });

  test('is known where reading begins at the end', async () => {
    await writeFile(path, '#separator \\x09\n#fields\ta\tb\n#types\tint\tint\n#open\tnow\n1\t2\n');
    await start({ start_at: 'end' });
    await appendFile(path, '3\t4\n');
    await sink.until(1);
    expect(headers()).toEqual([['3\t4', '#separator \\x09\n#fields\ta\tb\n#types\tint\tint']]);
  });

  test('is the first line where that is said', async () => {
    await writeFile(path, 'version srcaddr\n2 192.0.2.7\n#fields x\n');
    await start({ header: 'first_line' });
    await sink.until(3);
    expect(headers()).toEqual([
      ['version srcaddr', undefined],
      ['2 192.0.2.7', 'version srcaddr'],
      ['#fields x', 'version srcaddr'],
    ]);
  });
});

it('a line that is too long or not whole is no header', () => {
  const lines = Buffer.from(`#fields\t${'x'.repeat(9_000)}\n#fields\ta\n#fields\tb`);
  expect(headerChanges(lines, 0, undefined, 'directives')).toEqual([
    { after: lines.length - '#fields\tb'.length, header: '#fields\ta' },
  ]);
});
