import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseReason, EvasionExplanation } from '@tidewatch/event';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benignLines } from '../../../test/bench/models/benign_lines.ts';
import { logonMatch } from '../../api/memory.fixture.ts';
import { adminToken, start, startApi } from '../../api/server.fixture.ts';
import { runCommand } from '../commands/command.fixture.ts';
import { evasionCommand } from '../commands/evasion.ts';
import { writeRunFile } from '../server/run_file.ts';

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

it('writes verdicts of the server’s alerts, and the next model says what they say', async () => {
  const classes = parseDataClasses(
    'classes: { unapproved: { description: All, ttl: 7d, readers: [analyst] } }\napprovals: []',
  );
  const store = await openDuckDbStore({ directory: at('store'), classes, clock: () => start });
  const close = async (line: string, offset: number, reason: CloseReason) => {
    const match = logonMatch(start - 1_000, `host-${offset}`, offset);
    const explanation: EvasionExplanation = {
      engine: 'evasion',
      model: { name: 'evasion', version: '1' },
      score: 0.9,
      threshold: 0.8,
      path: 'process.command_line',
      value: line,
      rules: [],
      tokens: [],
    };
    const detector = { ...match.detector, engine: 'evasion', id: 'evasion' } as const;
    const [done] = await store.alerts.apply([{ ...match, detector, explanation }]);
    await store.alerts.change(
      [{ id: done?.alert.id ?? '' }],
      { action: 'close', reason },
      { principal: 'ann', dataClasses: 'all' },
    );
  };
  const [wrong, right] = ['wev^tutil cl Staging 7', 'wev^tut""il.exe c^l Security'];
  await close(wrong, 1, 'false_positive');
  await close(right, 2, 'true_positive');
  await close('certutil', 3, 'duplicate');
  const server = await startApi({ events: store.events, alerts: store.alerts, dataClasses: classes });
  try {
    const url = await server.api.listen({ port: 0, host: '127.0.0.1' });
    // Of a server in another process: what this one wrote would not count.
    await writeRunFile(at('data'), { pid: process.ppid, url, adminToken });
    const said = await run('export', '--data', at('data'), '--output', at('verdicts.ndjson'), '--json');
    expect(said.stderr).toBe('');
    expect(JSON.parse(said.stdout)).toMatchObject({ evasions: 1, cleared: 1 });
    expect((await stat(at('verdicts.ndjson'))).mode & 0o077).toBe(0);
  } finally {
    await server.stop();
    await store.close();
  }
  const trained = ['--rules', rules, '--benign', at('benign.txt'), '--output', at('next')];
  expect((await run('train', ...trained, '--verdicts', at('verdicts.ndjson'))).status).toBe(0);
  await writeFile(at('judged.txt'), `${wrong}\n${right}\n`);
  const verdicts = async (model: string) => {
    await run('score', '--model', at(model), '--input', at('judged.txt'), '--output', at('judged.ndjson'));
    const rows = (await readFile(at('judged.ndjson'), 'utf8')).trimEnd().split('\n');
    return rows.map((row) => JSON.parse(row).verdict);
  };
  expect([await verdicts('model'), await verdicts('next')]).toEqual([
    ['evasion', 'evasion'],
    ['benign', 'evasion'],
  ]);
});

it.each([
  [
    'verdicts that are none',
    () =>
      run(
        'train',
        '--rules',
        rules,
        '--benign',
        at('benign.txt'),
        '--output',
        at('m2'),
        '--verdicts',
        at('lines.txt'),
      ),
    'line 1 is no',
  ],
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
