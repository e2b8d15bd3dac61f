import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sigma } from './command_fixture.ts';
import type { RuleList } from './list.ts';

const rule = (id: string, logsource: string, more: string): string =>
  `title: Rule ${id}\nid: ${id}\nlogsource: {${logsource}}\ndetection: {s: {f: a}, condition: s}\n${more}`;

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'list-'));
  await mkdir(at('set/web'), { recursive: true });
  await Promise.all([
    writeFile(
      at('set/a.yml'),
      rule('a', 'product: windows, service: security', 'level: high\nstatus: test\n'),
    ),
    writeFile(at('set/b.yml'), rule('b', 'product: linux', 'level: low\ntags: [attack.t1059.004]\n')),
    writeFile(at('set/web/c.yml'), rule('c', 'category: webserver', 'level: critical\nstatus: stable\n')),
    writeFile(at('bad.yml'), 'title: x\n'),
  ]);
});

afterAll(() => rm(folder, { recursive: true }));

const list = (...args: string[]) => sigma('list', at('set'), ...args);

describe('tidewatch sigma list', () => {
  it('prints a table and the counts', async () => {
    const { status, stdout, stderr } = await list();
    expect(stdout.split('\n')).toEqual([
      'id  level     status  log source        title',
      'a   high      test    windows/security  Rule a',
      'b   low       -       linux             Rule b',
      'c   critical  stable  webserver         Rule c',
      '3 of 3 rules: 1 critical, 1 high, 1 low',
      '',
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  const selections: [args: string, ids: string][] = [
    ['--recommended', 'a c'],
    ['--recommended --status stable', 'c'],
    ['--level high+', 'a c'],
    ['--level low --level critical', 'b c'],
    ['--status stable,test', 'a c'],
    ['--product windows,linux', 'a b'],
    ['--category webserver', 'c'],
    ['--service security', 'a'],
    ['--tag attack.t1059', 'b'],
    ['--folder set/web', 'c'],
    ['--folder web --include a', 'a c'],
    ['--exclude a,c', 'b'],
  ];
  it.each(selections)('lists by %s', async (args, ids) => {
    const found = JSON.parse((await list(...args.split(' '), '--json')).stdout) as RuleList;
    expect(found.rules.map(({ id }) => id).join(' ')).toBe(ids);
    expect(found.of).toBe(3);
  });

  it('says what no rule fits, and counts what is rejected', async () => {
    const { status, stdout, stderr } = await list('--product', 'window', at('bad.yml'));
    expect(stderr).toBe('No rule fits window (products).\n');
    expect(stdout).toBe('0 of 3 rules; 1 rejected, see `tidewatch sigma check`\n');
    expect(status).toBe(1);
  });

  it.each([
    [['--level', 'grave'], /"grave" is not a level\. Levels are informational, low/],
    [['--level', ''], /"" is not a level/],
    [[at('none')], /Not all rules can be read\. .*no such file/],
  ] as [string[], RegExp][])('leaves exit code 2 for %j', async (args, said) => {
    const { status, stdout, stderr } = await list(...args);
    expect(stderr).toMatch(said);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
