import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sigma } from './command_fixture.ts';
import type { DiffReport } from './diff.ts';

const rule = (id: string, more = ''): string =>
  `title: Rule ${id}\nid: ${id}\nstatus: test\nlogsource: {product: windows}\ndetection:\n  s: {f: a}\n  condition: s\n${more}`;

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diff-'));
  await Promise.all(['old', 'new/moved', 'empty'].map((name) => mkdir(at(name), { recursive: true })));
  await Promise.all([
    writeFile(at('old/same.yml'), rule('same')),
    writeFile(at('new/moved/same.yml'), rule('same')),
    writeFile(at('old/gone.yml'), rule('gone')),
    writeFile(at('new/come.yml'), rule('come')),
    writeFile(at('old/broken.yml'), rule('broken')),
    writeFile(at('new/broken.yml'), rule('broken').replace('condition: s', 'condition: t')),
    writeFile(at('old/logic.yml'), rule('logic')),
    writeFile(
      at('new/logic.yml'),
      rule('logic').replace('  condition: s', '  t: {g: b}\n  condition: s or t'),
    ),
    writeFile(at('old/other.yml'), rule('other')),
    writeFile(at('new/other.yml'), rule('other', 'level: high\nauthor: B\n').replace('test', '"\\u001bnew"')),
  ]);
});

afterAll(() => rm(folder, { recursive: true }));

it('prints what is added, removed and changed, and the counts', async () => {
  const { status, stdout } = await sigma('diff', at('old'), at('new'));
  expect(stdout.split('\n')).toEqual([
    `added: Rule come (medium, test) come ${at('new/come.yml')}`,
    `removed: Rule broken (medium, test) broken ${at('old/broken.yml')}; now it is not in force: The condition names \`t\`, which the detection does not define.`,
    `removed: Rule gone (medium, test) gone ${at('old/gone.yml')}`,
    `changed: Rule logic (medium, test) logic ${at('new/logic.yml')}`,
    '  condition: s → s or t',
    '  selections added: t',
    `changed: Rule other (high, \\u001bnew) other ${at('new/other.yml')}`,
    '  level: medium → high, raised',
    '  status: test → \\u001bnew',
    '  text: author',
    '1 added, 2 removed, 2 changed (logic 1, level 1, status 1, text 1), 1 unchanged; not compared, because not in force: 0 old, 1 new documents',
    '',
  ]);
  expect(status).toBe(1);
});

it('prints JSON', async () => {
  const { status, stdout } = await sigma('diff', at('old'), at('new'), '--json');
  const report = JSON.parse(stdout) as DiffReport;
  expect(report.changed.map(({ id, changes }) => [id, changes.logic?.selections.added])).toEqual([
    ['logic', ['t']],
    ['other', undefined],
  ]);
  expect(report.rejected).toEqual({ old: 0, new: 1 });
  expect(status).toBe(1);
});

it('finds no difference between a set and itself', async () => {
  const { status, stdout } = await sigma('diff', at('old'), at('old'));
  expect(stdout).toBe('0 added, 0 removed, 0 changed, 5 unchanged\n');
  expect(status).toBe(0);
});

it('counts everything as added to an empty folder', async () => {
  const { status, stdout } = await sigma('diff', at('empty'), at('old'));
  expect(stdout).toContain('5 added, 0 removed');
  expect(status).toBe(1);
});

it('does not compare what it cannot read', async () => {
  const { status, stdout, stderr } = await sigma('diff', at('old'), at('none'));
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Not all rules can be read\. .*none: .*no such file/);
  expect(status).toBe(2);
});
