import { readFile } from 'node:fs/promises';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import { loadParsers, type ParserFault } from './load.ts';
import { runParserTests } from './run_tests.ts';
import { parserTestFile, type TestResult } from './test_file.ts';

/** What the tests beside one parser gave. */
export interface ParserReport {
  readonly name: string;
  /** The test file, whether it is there or not. */
  readonly file: string;
  readonly native: boolean;
  /** Empty where the file can't be run. */
  readonly results: readonly TestResult[];
  /** What is wrong with the test file, or that there is none. */
  readonly issues: readonly ConfigIssue[];
  readonly untested: boolean;
}

export interface ParsersReport {
  readonly parsers: readonly ParserReport[];
  /** Parser files that are not right. */
  readonly faults: readonly ParserFault[];
  readonly passed: number;
  readonly failed: number;
}

/**
 * Runs the tests beside the parser files of folders, or of single files.
 *
 * @param paths whose parsers are tested
 * @param beside folders of other parsers that records may belong to
 */
export async function testParsers(
  paths: readonly string[],
  beside: readonly string[] = [],
): Promise<ParsersReport> {
  const { parsers, faults } = await loadParsers(paths, {});
  const others = await loadParsers(beside, {});
  const names = new Set(parsers.map(({ name }) => name));
  const all = [...parsers, ...others.parsers.filter(({ name }) => !names.has(name))];
  const reports: ParserReport[] = [];
  for (const parser of parsers) {
    const { name, native } = parser;
    const file = testFileOf(parser.file);
    const base = { name, file, native, results: [], issues: [], untested: false };
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) {
      reports.push({ ...base, untested: true });
      continue;
    }
    const read = validateYaml(text, parserTestFile);
    reports.push(
      read.ok
        ? { ...base, results: runParserTests(parser, read.value, all) }
        : { ...base, issues: read.issues },
    );
  }
  const results = reports.flatMap((report) => report.results);
  const passed = results.filter((result) => result.passed).length;
  return { parsers: reports, faults, passed, failed: results.length - passed };
}

/** `nginx_error.yml` → `nginx_error.test.yml`. */
export const testFileOf = (file: string): string => file.replace(/\.(ya?ml|json)$/, '.test.$1');
