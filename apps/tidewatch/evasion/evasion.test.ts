import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benignLines } from '../../../test/bench/models/benign_lines.ts';
import { runCommand } from '../commands/command.fixture.ts';
import { evasionCommand } from '../commands/evasion.ts';

const rules = join(import.meta.dirname, '../../../rules/windows');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-evasion-'));
  await writeFile(join(folder, 'benign.txt'), benignLines(1_000, 21).join('\n'));
  await writeFile(join(folder, 'lines.txt'), 'ipconfig /all\r\n\nwev^tut""il.exe c^l Security\n');
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => runCommand(evasionCommand, ...args);
const at = (name: string) => join(folder, name);

it('trains a model and scores a file with it, line by line', async () => {
  const trained = await run('train', '--rules', rules, '--benign', at('benign.txt'), '--output', at('model'));
  expect([trained.status, trained.stderr]).toEqual([0, expect.stringContaining('benign lines, of which')]);
  const scored = await run(
    'score',
    '--model',
    at('model'),
    '--input',
    at('lines.txt'),
    '--output',
    at('out.ndjson'),
    '--json',
  );
  expect(JSON.parse(scored.stdout)).toMatchObject({ benign: 2, evasion: 1 });
  const rows = (await readFile(at('out.ndjson'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row));
  expect(rows.map(({ line, verdict }) => [line, verdict])).toEqual([
    [1, 'benign'],
    [2, 'benign'],
    [3, 'evasion'],
  ]);
  expect(rows[2]).toMatchObject({
    rules: [{ title: 'Log cleared from the command line' }, {}],
    tokens: expect.arrayContaining(['wevtutil']),
  });
});

it.each([
  [
    'no such benign lines',
    () => run('train', '--rules', rules, '--benign', at('none'), '--output', at('m2')),
    'there is no such file',
  ],
  [
    'no such rules',
    () => run('train', '--rules', at('none'), '--benign', at('benign.txt'), '--output', at('m2')),
    'Not all rules',
  ],
  [
    'too few lines',
    () => run('train', '--rules', rules, '--benign', at('lines.txt'), '--output', at('m2')),
    'Only 2 different',
  ],
  [
    'no such model',
    () => run('score', '--model', at('none'), '--input', at('lines.txt'), '--output', at('o2')),
    'is refused',
  ],
])('says what is wrong with %s, and leaves nothing behind', async (_, tried, reason) => {
  const { status, stderr } = await tried();
  expect([status, stderr]).toEqual([2, expect.stringContaining(reason)]);
  expect([existsSync(at('m2')), existsSync(at('o2'))]).toEqual([false, false]);
});
