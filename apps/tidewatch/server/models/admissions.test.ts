import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAdmissions } from './admissions.ts';

let directory: string;
let file: string;
let program: URL;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-admissions-'));
  file = join(directory, 'models.admitted.json');
  program = pathToFileURL(join(directory, 'admission.mjs'));
  await writeFile(program, 'first');
});
afterEach(() => rm(directory, { recursive: true }));

it('remembers what was tried, until what tries it changes', async () => {
  const first = openAdmissions(file, program);
  expect(await first.golden('a')).toBeUndefined();
  await Promise.all([first.remember('a', 3), first.remember('b', 4)]);
  const again = openAdmissions(file, program);
  expect([await again.golden('a'), await again.golden('b')]).toEqual([3, 4]);
  await writeFile(program, 'second');
  expect(await openAdmissions(file, program).golden('a')).toBeUndefined();
});

it('takes a damaged file for none, and writes a sound one', async () => {
  await writeFile(file, '{"by":"');
  const admissions = openAdmissions(file, program);
  expect(await admissions.golden('a')).toBeUndefined();
  await admissions.remember('a', 1);
  expect(await openAdmissions(file, program).golden('a')).toBe(1);
});
