import { resolve } from 'node:path';
import type { Dispatch } from '@tidewatch/normalize';
import { nearestOf } from '@tidewatch/plugin';
import { type AnyRule, creditOf, enableLinearRegExpFallback, type LoadedRules } from '@tidewatch/sigma';
import { loadForCommand } from '../rules.ts';
import { createBench } from './bench.ts';
import {
  findTestFiles,
  type PlacedTest,
  readTests,
  rulePaths,
  testedFile,
  type Unreadable,
} from './files.ts';
import { runTest, type TestResult } from './result.ts';

export interface TestOptions {
  /** Further folders of rules that the tested ones build on. */
  readonly with?: readonly string[];
  /** Only tests in whose name or file this text is, in any case. */
  readonly filter?: string;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  /** Parsers from files that read the tests' events. Default: only those that are compiled in. */
  readonly parsers?: Dispatch;
}

export interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
}

export interface TestReport {
  readonly files: readonly FileResult[];
  /** Rules in files without tests. */
  readonly untested: readonly { readonly file: string; readonly title: string }[];
  readonly unreadable: readonly Unreadable[];
  readonly passed: number;
  readonly failed: number;
}

/** Runs the tests that stand beside rules, on the stream's own normaliser, engine and correlator. */
export async function testRules(paths: readonly string[], options: TestOptions = {}): Promise<TestReport> {
  enableLinearRegExpFallback();
  const loaded = await loadForCommand(
    rulePaths([...paths, ...(options.with ?? [])]),
    options.placeholders,
    options.pipeline,
  );
  const rules: AnyRule[] = [...loaded.rules, ...loaded.correlations];
  const testFiles = await findTestFiles(paths);
  const unreadable: Unreadable[] = loaded.rejected.map(({ file, line, reason }) => ({ file, line, reason }));
  const files: FileResult[] = [];
  for (const file of testFiles) {
    const own = rules.filter((rule) => resolve(rule.file) === resolve(testedFile(file)));
    const read = await testsOf(file, own, rules, unreadable);
    const tests = read.filter(({ name }) => asked(`${file}\n${name}`, options.filter));
    if (tests.length === 0) continue;
    const result = runFile(file, tests, own, loaded, options.parsers);
    if ('tests' in result) files.push(result);
    else unreadable.push(...result.unreadable);
  }
  const results = files.flatMap(({ tests }) => tests);
  const passed = results.filter((test) => test.passed).length;
  const untested = untestedRules(rules, paths, testFiles);
  return { files, untested, unreadable, passed, failed: results.length - passed };
}

const asked = (text: string, filter = ''): boolean => text.toLowerCase().includes(filter.toLowerCase());

/** Rules of the given paths whose file has no tests beside it. */
function untestedRules(rules: readonly AnyRule[], paths: readonly string[], testFiles: readonly string[]) {
  const tested = new Set(testFiles.map((file) => resolve(testedFile(file))));
  const roots = paths.map((path) => resolve(testedFile(path)));
  const isWithin = (file: string): boolean =>
    roots.some((root) => file === root || file.startsWith(`${root}/`));
  return rules
    .filter(({ file }) => isWithin(resolve(file)) && !tested.has(resolve(file)))
    .map(({ file, title }) => ({ file, title }));
}

/** The tests of a file, none where something in it is wrong; that is told to `unreadable`. */
async function testsOf(
  file: string,
  own: readonly AnyRule[],
  rules: readonly AnyRule[],
  unreadable: Unreadable[],
): Promise<readonly PlacedTest[]> {
  const read = await readTests(file);
  if (!read.ok) {
    unreadable.push(...read.unreadable);
    return [];
  }
  if (own.length === 0) {
    const reason = `no rule stands beside it: ${testedFile(file)} is missing, or holds none that loads`;
    unreadable.push({ file, line: null, reason });
    return [];
  }
  const unknown = read.tests.flatMap((test) =>
    namedRules(test).flatMap((name) =>
      ruleNamed(name, rules) === undefined
        ? [{ file, line: test.line, reason: unknownRule(name, rules) }]
        : [],
    ),
  );
  unreadable.push(...unknown);
  return unknown.length === 0 ? read.tests : [];
}

function unknownRule(name: string, rules: readonly AnyRule[]): string {
  const nearest = nearestOf(
    name,
    rules.flatMap((rule) => [rule.name ?? rule.id, rule.title]),
  );
  const hint = nearest === undefined ? 'name further folders with --with' : `did you mean "${nearest}"?`;
  return `no rule is called "${name}"; ${hint}`;
}

const namedRules = ({ alerts }: PlacedTest): string[] =>
  Array.isArray(alerts) ? alerts.flatMap(({ rule }) => rule ?? []) : [];

const ruleNamed = (name: string, rules: readonly AnyRule[]): AnyRule | undefined =>
  rules.find((rule) => [rule.name, rule.id, rule.title].includes(name));

function runFile(
  file: string,
  tests: readonly PlacedTest[],
  own: readonly AnyRule[],
  loaded: LoadedRules,
  parsers: Dispatch | undefined,
): FileResult | { readonly unreadable: readonly Unreadable[] } {
  const rules = [...loaded.rules, ...loaded.correlations];
  const named = tests.flatMap(namedRules).map((name) => ruleNamed(name, rules) as AnyRule);
  const bench = createBench([...new Set([...own, ...named])], loaded);
  if (bench.broken.size > 0)
    return {
      unreadable: [...bench.broken].map(([id, reason]) => ({
        file: rules.find((rule) => rule.id === id)?.file ?? file,
        line: null,
        reason: `${reason} Name the folders of rules that it builds on with --with.`,
      })),
    };
  const ruleOf = (id: string) => rules.find((one) => one.id === id) as AnyRule;
  const context = {
    bench,
    parsers,
    own: own.map(({ id }) => id),
    idOf: (name: string) => (ruleNamed(name, rules) as AnyRule).id,
    nameOf: (id: string) => ruleOf(id).name ?? ruleOf(id).title,
    creditOf: (id: string) => creditOf(ruleOf(id)),
  };
  return { file, tests: tests.map((test) => runTest(test, context)) };
}
