import { readFile } from 'node:fs/promises';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import type { Parser } from './compile.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { loadParsers, type ParserFault } from './load.ts';
import { runParserTests } from './run_tests.ts';
import { parserTestFile, type TestResult } from './test_file.ts';
import { createTurn, type Turn } from './turn.ts';

/** What the tests beside one parser gave. */
export interface ParserReport {
  readonly name: string;
  /** The test file, whether it is there or not. */
  readonly file: string;
  readonly native: boolean;
  /** Empty where the file can't be run. */
  readonly results: readonly TestResult[];
  /** What is wrong with the test file. */
  readonly issues: readonly ConfigIssue[];
  /** There is no test file. */
  readonly untested: boolean;
}

export interface ParsersReport {
  readonly parsers: readonly ParserReport[];
  /** Parser files that are not right. */
  readonly faults: readonly ParserFault[];
  readonly passed: number;
  readonly failed: number;
}

export interface TestedWith {
  /** Folders of other parsers that records may belong to. */
  readonly beside?: readonly string[];
  /** Only parsers whose name has this in it. */
  readonly filter?: string;
}

/** Runs the tests beside the parser files of folders, or of single files. Rejects with the system's error where one can't be read. */
export async function testParsers(
  paths: readonly string[],
  { beside = [], filter = '' }: TestedWith = {},
): Promise<ParsersReport> {
  const { parsers, faults } = await loadParsers(paths, {});
  const others = await loadParsers(beside, {});
  const names = new Set(parsers.map(({ name }) => name));
  const dispatch = createDispatch([...parsers, ...others.parsers.filter(({ name }) => !names.has(name))]);
  const turn = createTurn();
  const reports: ParserReport[] = [];
  for (const parser of parsers)
    if (parser.name.includes(filter)) reports.push(await testParser(parser, dispatch, turn));
  return { parsers: reports, faults, ...testTotals(reports) };
}

/** Runs the tests beside one parser's file. */
export async function testParser(parser: Parser, dispatch: Dispatch, turn: Turn): Promise<ParserReport> {
  const { name, native } = parser;
  const file = testFileOf(parser.file);
  const base = { name, file, native, results: [], issues: [], untested: false };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? { ...base, untested: true } : runTestText(parser, text, dispatch, turn);
}

/** Runs the tests of a test file's text. */
export async function runTestText(
  parser: Parser,
  text: string,
  dispatch: Dispatch,
  turn: Turn,
): Promise<ParserReport> {
  const { name, native } = parser;
  const base = { name, file: testFileOf(parser.file), native, untested: false };
  const read = validateYaml(text, parserTestFile);
  return read.ok
    ? { ...base, results: await runParserTests(parser, read.value, dispatch, turn), issues: [] }
    : { ...base, results: [], issues: read.issues };
}

export function testTotals(reports: readonly ParserReport[]): { passed: number; failed: number } {
  const results = reports.flatMap((report) => report.results);
  const passed = results.filter((result) => result.passed).length;
  return { passed, failed: results.length - passed };
}

/** `nginx_error.yml` → `nginx_error.test.yml`. */
export const testFileOf = (file: string): string => file.replace(/\.(ya?ml|json)$/, '.test.$1');
