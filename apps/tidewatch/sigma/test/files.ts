import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { type ConfigIssue, placeOf, validateYaml } from '@tidewatch/plugin';
import { reasonOf } from '../../errors.ts';
import { type RuleTest, testFileSchema } from './schema.ts';

/** What keeps something from being read, and where. */
export interface Unreadable {
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
}

/** A test, and the line on which it begins, from 1. */
export type PlacedTest = RuleTest & { readonly line: number };

export type ReadTests =
  | { readonly ok: true; readonly tests: readonly PlacedTest[] }
  | { readonly ok: false; readonly unreadable: readonly Unreadable[] };

const isTestFile = (name: string): boolean => /\.test\.ya?ml$/i.test(name);

/** The files of tests in folders to any depth; of a rule file those beside it. In the order of their names. */
export async function findTestFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(testFilesOf));
  return [...new Set(found.flat())];
}

async function testFilesOf(path: string): Promise<string[]> {
  if (isTestFile(path)) return [path];
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory()) {
    const names = await readdir(path, { recursive: true });
    return names
      .filter((name) => isTestFile(name) && !`${sep}${name}`.includes(`${sep}.`))
      .sort()
      .map((name) => join(path, name));
  }
  const beside = path.replace(/(?=\.ya?ml$)/i, '.test');
  return (await stat(beside).catch(() => undefined))?.isFile() ? [beside] : [];
}

/** The rule file that tests stand beside. */
export const testedFile = (testFile: string): string => testFile.replace(/\.test(?=\.ya?ml$)/i, '');

/** The paths that rules are loaded from, none of them within another. */
export function rulePaths(paths: readonly string[]): string[] {
  const files = [...new Set(paths.map(testedFile))];
  const isWithin = (path: string, folder: string): boolean => {
    const way = relative(resolve(folder), resolve(path));
    return way !== '' && way.split(sep)[0] !== '..';
  };
  return files.filter(
    (path, i) =>
      !files.some((other, j) => isWithin(path, other) || (j < i && resolve(path) === resolve(other))),
  );
}

export async function readTests(file: string): Promise<ReadTests> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => ({ reason: reasonOf(error) }));
  if (typeof text !== 'string') return { ok: false, unreadable: [{ file, line: null, reason: text.reason }] };
  const read = validateYaml(text, testFileSchema);
  if (!read.ok)
    return { ok: false, unreadable: mattering(read.issues).map((issue) => unreadable(file, issue)) };
  const lineOf = (test: number): number => placeOf(text, ['tests', String(test)]).line ?? 1;
  return { ok: true, tests: read.value.tests.map((test, i) => ({ ...test, line: lineOf(i) })) };
}

/** Where the YAML itself is broken all that follows is noise, and the reason is mostly one. */
function mattering(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  const [first] = issues;
  if (first === undefined || first.path !== '') return issues;
  const message = `${first.message}; a text with { } [ ] , # or ": " in it needs quotes`;
  return [{ ...first, message }];
}

const unreadable = (file: string, { line, path, message }: ConfigIssue): Unreadable => ({
  file,
  line: line ?? null,
  reason: path === '' ? message : `${path}: ${message}`,
});
