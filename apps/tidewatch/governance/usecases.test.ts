import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadDataClasses } from '@tidewatch/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { globMatcher } from './glob.ts';
import { loadUseCases, shownPath } from './usecases.ts';

const root = join(import.meta.dirname, '../../..');

const valid = (name: string, data: string) => `name: ${name}
title: T
purpose: Find out when somebody guesses passwords.
legal_basis: Legitimate interest
data:
  - ${data}
fields: [user.name]
stakeholders: [security analysts]
review_by: 2027-01-31
approvals: []
`;

describe('loadUseCases', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-usecases-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const put = (file: string, text: string) => writeFile(join(directory, file), text);

  it('keeps what is valid and rejects the rest with its place', async () => {
    await put('a.yml', valid('a', '{ dataset: linux.sshd, class: authentication }'));
    await put('b.yml', `${valid('b', '{ dataset: nginx.access, class: web }')}ownr: nobody\n`);
    await put('c.yml', 'name: [unclosed\n');
    await put('d.yml', valid('d', '{ class: web }'));
    await put('e.yml', valid('e', '{ dataset: x, class: web }').replace('2027-01-31', 'next year'));
    await put('f.yml', valid('a', '{ dataset: y, class: web }'));
    await put('g.yml', valid('g', '{ dataset: linux.sshd, class: web }'));
    await put('h.yml', valid('h', '{ dataset: z, class: webb }'));
    await mkdir(join(directory, 'i.yml'));
    await put('notes.txt', 'not read');
    const { useCases, faults } = await loadUseCases([directory], ['authentication', 'web']);
    expect(useCases.map(({ name }) => name)).toEqual(['a']);
    const found = Object.fromEntries(faults.map((row) => [basename(row.file), row]));
    expect(found['b.yml']).toMatchObject({
      line: 11,
      message: expect.stringContaining('did you mean "owner"'),
    });
    expect(found['c.yml']).toMatchObject({ line: expect.any(Number) });
    expect(found['d.yml']).toMatchObject({ line: 6, message: 'data.0: needs a source, a dataset or both' });
    expect(found['e.yml']).toMatchObject({ line: 9, message: expect.stringContaining('is a date') });
    expect(found['f.yml']).toMatchObject({
      line: 1,
      message: `name: "a" is taken by ${shownPath(join(directory, 'a.yml'))}.`,
    });
    expect(found['g.yml']?.message).toContain('a.yml gives linux.sshd another class');
    expect(found['h.yml']).toMatchObject({
      line: 6,
      message: expect.stringContaining('Classes are authentication, web.'),
    });
    expect(found['i.yml']?.message).toContain('EISDIR');
    expect(Object.keys(found)).toHaveLength(8);
  });

  it('keeps the version before of a file that is broken by now, unless that fits no longer', async () => {
    await put('a.yml', valid('a', '{ dataset: linux.sshd, class: authentication }'));
    const { useCases: before } = await loadUseCases([directory]);
    await put('a.yml', 'name: [half');
    const { useCases, faults } = await loadUseCases([directory], ['authentication'], before);
    expect(useCases).toEqual(before);
    expect(faults[0]?.message).toMatch(/\. The version before stays in force\.$/);
    expect(await loadUseCases([directory], ['web'], before)).toMatchObject({
      useCases: [],
      faults: [{ message: expect.not.stringContaining('stays in force') }],
    });
    await rm(join(directory, 'a.yml'));
    expect(await loadUseCases([directory], ['authentication'], before)).toEqual({ useCases: [], faults: [] });
  });

  it('reads JSON, and the first folder before the second', async () => {
    const folders = [join(directory, 'one'), join(directory, 'two')] as const;
    for (const folder of folders) await mkdir(folder);
    await writeFile(join(folders[0], 'a.yml'), valid('a', '{ dataset: x, class: web }'));
    const json = { title: 'T', fields: ['user.name'], stakeholders: ['analysts'], approvals: [] };
    const data = [{ dataset: 'x', class: 'system' }];
    const more = { purpose: 'Find out when somebody guesses.', legal_basis: 'L', review_by: '2027-01-31' };
    await writeFile(join(folders[1], 'b.json'), JSON.stringify({ name: 'b', data, ...json, ...more }));
    const { useCases, faults } = await loadUseCases(folders);
    expect(useCases.map(({ file }) => file)).toEqual(['one/a.yml']);
    expect(faults).toMatchObject([
      { file: 'two/b.json', message: expect.stringContaining('one/a.yml gives x') },
    ]);
  });

  it('finds nothing in a folder that is not there', async () => {
    expect(await loadUseCases([join(directory, 'none')])).toEqual({ useCases: [], faults: [] });
  });
});

describe('the shipped use-cases', () => {
  it('are all valid, unapproved, and name rules that exist', async () => {
    const { useCases, faults } = await loadUseCases([join(root, 'usecases')]);
    expect(faults).toEqual([]);
    expect(useCases.length).toBeGreaterThanOrEqual(5);
    const files = (await readdir(join(root, 'rules'), { recursive: true })).map((file) => `rules/${file}`);
    const rules = files.filter((file) => /(?<!\.test)\.yml$/.test(file));
    const patterns = useCases.flatMap((useCase) => useCase.rules);
    for (const pattern of patterns) expect(rules.some(globMatcher(pattern)), pattern).toBe(true);
    const own = useCases.filter(({ name }) => name !== 'demonstration').flatMap((useCase) => useCase.rules);
    for (const rule of rules)
      expect(
        own.some((pattern) => globMatcher(pattern)(rule)),
        rule,
      ).toBe(true);
    expect(useCases.flatMap(({ approvals }) => approvals)).toEqual([]);
  });

  it('only use classes that governance defines', async () => {
    const { all } = await loadDataClasses(join(root, 'governance/classes.yml'));
    const names = all.map(({ name }) => name);
    expect((await loadUseCases([join(root, 'usecases')], names)).faults).toEqual([]);
  });
});
