import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRules } from './load.ts';

const rule = (id: string, more = ''): string => `title: Rule ${id}
id: ${id}
logsource:
  product: Windows
detection:
  selection:
    f: x
  condition: selection
${more}`;

describe('loadRules', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sigma-load-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const put = (name: string, text: string | Uint8Array) => writeFile(join(dir, name), text);
  const load = () => loadRules({ paths: [dir] });

  it('reads every attribute, and fills in what is left out', async () => {
    await put(
      'a.yml',
      rule(
        'one',
        `status: test
description: |
  What it is.
author: A. Author
date: 2024-01-02
references:
  - https://example.org/
tags:
  - attack.t1003
falsepositives: Unknown
level: high
tidewatch: { suppress: 90m }
`,
      ),
    );
    await put('b.yaml', rule('two'));
    await put('b.test.yaml', 'tests: []');
    const { rules, rejected } = await load();
    expect(rejected).toEqual([]);
    expect(rules[0]).toMatchObject({
      id: 'one',
      title: 'Rule one',
      level: 'high',
      status: 'test',
      description: 'What it is.',
      author: 'A. Author',
      references: ['https://example.org/'],
      tags: ['attack.t1003'],
      falsepositives: ['Unknown'],
      logsource: { product: 'windows' },
      bucketMs: 90 * 60_000,
      file: join(dir, 'a.yml'),
      document: 0,
    });
    expect(rules[1]).toMatchObject({
      level: 'medium',
      bucketMs: 3_600_000,
      status: null,
      tags: [],
      references: [],
    });
  });

  it('reads several documents of a file, each by itself', async () => {
    await put('a.yml', `${rule('one')}---\ntitle: broken\n---\n${rule('two')}---\n`);
    const { rules, rejected } = await load();
    expect(rules.map(({ id, document }) => [id, document])).toEqual([
      ['one', 0],
      ['two', 2],
    ]);
    expect(rejected).toEqual([
      expect.objectContaining({ code: 'missing_attribute', title: 'broken', line: 10 }),
    ]);
  });

  it('adds filters to the rules of all files, but for those that have expired', async () => {
    const filter = (id: string, more: string): string =>
      `title: ${id}\nid: ${id}\n${more}logsource:\n  product: windows\nfilter:\n  rules: [one]\n  s:\n    g: ${id}\n  condition: not s\n`;
    await put('a.yml', filter('f1', ''));
    await put('b.yml', filter('f2', 'expires: 2026-01-01\n'));
    await put('c.yml', rule('one'));
    const load = (time: string) => loadRules({ paths: [dir], now: Date.parse(time) });
    const before = await load('2025-12-31');
    expect(before.rules[0]!.detection.conditionText).toBe('((selection) and (not _f1.s)) and (not _f2.s)');
    expect(before.filters.map(({ filter: { id }, rules }) => [id, rules])).toEqual([
      ['f1', ['one']],
      ['f2', ['one']],
    ]);
    const after = await load('2026-01-01');
    expect(after.rules[0]!.detection.conditionText).toBe('(selection) and (not _f1.s)');
    expect(after.skipped).toEqual([
      expect.objectContaining({ code: 'filter_expired', id: 'f2', file: join(dir, 'b.yml'), line: 3 }),
    ]);
    expect([...before.rejected, ...after.rejected, ...after.warnings]).toEqual([]);
  });

  it('keeps the first of two rules with one id and names its file', async () => {
    await put('a.yml', rule('same'));
    await put('b.yml', rule('same'));
    const { rules, rejected } = await load();
    expect(rules.map(({ file }) => file)).toEqual([join(dir, 'a.yml')]);
    expect(rejected).toEqual([
      expect.objectContaining({ code: 'duplicate_id', file: join(dir, 'b.yml'), id: 'same', line: 2 }),
    ]);
    expect(rejected[0]!.reason).toContain(join(dir, 'a.yml'));
  });

  it('gives rules without an id one that hangs on their text', async () => {
    const text = rule('x').replace('id: x\n', '');
    await put('a.yml', text);
    await put('b.yml', text.replace('f: x', 'f: y'));
    const { rules } = await load();
    expect(rules).toHaveLength(2);
    expect(rules[0]!.id).toMatch(/^sha256-[\w-]{22}$/);
    expect(rules[0]!.id).not.toBe(rules[1]!.id);
    expect((await load()).rules[0]!.id).toBe(rules[0]!.id);
  });

  it('reports what cannot be read, and loads the rest', async () => {
    await mkdir(join(dir, 'folder.yml'));
    await mkdir(join(dir, 'sub'));
    await symlink(join(dir, 'gone'), join(dir, 'dangling.yml'));
    await put('syntax.yml', 'title: x\nlogsource: [a\ndetection: {\n');
    await put('latin1.yml', Uint8Array.from([0x74, 0xff, 0xfe]));
    await put('large.yml', `# ${'x'.repeat(1_100_000)}`);
    await put('list.yml', '- a\n- b\n');
    await put('empty.yml', '');
    await put('twice.yml', rule('twice', 'title: again\n'));
    await put('notes.txt', 'not a rule');
    await put('sub/good.yml', `\ufeff${rule('good')}`);
    const { rules, rejected } = await loadRules({ paths: [dir, join(dir, 'absent')] });
    expect(rules.map(({ id }) => id)).toEqual(['good']);
    const codes = Object.fromEntries(rejected.map(({ file, code }) => [file.slice(dir.length + 1), code]));
    expect(codes).toEqual({
      'folder.yml': 'not_a_file',
      'dangling.yml': 'unreadable',
      'syntax.yml': 'invalid_yaml',
      'latin1.yml': 'unreadable',
      'large.yml': 'file_too_large',
      'list.yml': 'not_a_rule',
      'empty.yml': 'not_a_rule',
      'twice.yml': 'invalid_yaml',
      absent: 'unreadable',
    });
    expect(rejected.find(({ file }) => file.endsWith('syntax.yml'))!.line).toBeGreaterThan(1);
  });

  it.each([
    ['level: extreme', 'invalid_attribute', 9],
    ['tidewatch: { suppress: soon }', 'invalid_attribute', 9],
    ['tidewatch: { suppress: 0h }', 'invalid_attribute', 9],
    ['tidewatch: 5', 'invalid_attribute', 9],
    ['action: global', 'not_a_rule', 9],
  ])('refuses %s with its line', async (line, code, at) => {
    await put('a.yml', rule('one', `${line}\n`));
    expect((await load()).rejected).toEqual([expect.objectContaining({ code, line: at })]);
  });

  it('refuses a detection that aliases blow up', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const bomb = names.map((name, i) => {
      const values = i === 0 ? Array(10).fill('x') : Array(10).fill(`*${names[i - 1]}`);
      return `  s${name}:\n    f: &${name} [${values.join(', ')}]\n`;
    });
    await put('a.yml', `title: T\nlogsource: { product: x }\ndetection:\n${bomb.join('')}  condition: sa\n`);
    expect((await load()).rejected).toHaveLength(1);
  });
});
