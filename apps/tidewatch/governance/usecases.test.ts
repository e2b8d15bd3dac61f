import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataClasses } from '@tidewatch/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { globMatcher } from './glob.ts';
import { loadUseCases } from './usecases.ts';

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
    await put('b.yml', `${valid('b', '{ dataset: nginx.access, class: web }')}owner: nobody\n`);
    await put('c.yml', 'name: [unclosed\n');
    await put('d.yml', valid('d', '{ class: web }'));
    await put('e.yml', valid('e', '{ dataset: x, class: web }').replace('2027-01-31', 'next year'));
    await put('f.yml', valid('a', '{ dataset: y, class: web }'));
    await put('g.yml', valid('g', '{ dataset: linux.sshd, class: web }'));
    await put('h.yml', valid('h', '{ dataset: z, class: webb }'));
    await mkdir(join(directory, 'i.yml'));
    await put('notes.txt', 'not read');
    const { useCases, rejected } = await loadUseCases(directory, ['authentication', 'web']);
    expect(useCases.map(({ name }) => name)).toEqual(['a']);
    const found = Object.fromEntries(rejected.map((row) => [row.file, row]));
    expect(found['b.yml']).toMatchObject({ line: 11, message: expect.stringContaining('owner') });
    expect(found['c.yml']).toMatchObject({ line: expect.any(Number) });
    expect(found['d.yml']).toMatchObject({ line: 6, message: 'data.0: needs a source, a dataset or both' });
    expect(found['e.yml']).toMatchObject({ line: 9, message: expect.stringContaining('is a date') });
    expect(found['f.yml']?.message).toBe('name: "a" is taken by a.yml.');
    expect(found['g.yml']?.message).toContain('a.yml gives linux.sshd another class');
    expect(found['h.yml']?.message).toContain('Classes are authentication, web.');
    expect(found['i.yml']?.message).toContain('EISDIR');
    expect(Object.keys(found)).toHaveLength(8);
  });

  it('finds nothing in a folder that is not there', async () => {
    expect(await loadUseCases(join(directory, 'none'))).toEqual({ useCases: [], rejected: [] });
  });
});

describe('the shipped use-cases', () => {
  it('are all valid, unapproved, and name rules that exist', async () => {
    const { useCases, rejected } = await loadUseCases(join(root, 'usecases'));
    expect(rejected).toEqual([]);
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
    expect((await loadUseCases(join(root, 'usecases'), names)).rejected).toEqual([]);
  });
});
