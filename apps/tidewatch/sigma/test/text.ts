import { visibleLine } from '../../dead_letters/visible.ts';
import { creditLines } from '../credit.ts';
import { missLines } from '../explain_text.ts';
import type { NamedAlert, TestResult } from './result.ts';
import type { FileResult, TestReport } from './run.ts';

const width = 200;

/** The report for people: a line for each file, what is different in tests that failed, and the figures. */
export function reportText(report: TestReport, requireTests = false): string {
  const { files, untested, passed, failed } = report;
  const bare = requireTests ? untested.map(({ file, title }) => `untested  ${file}: ${title}`) : [];
  const left = untested.length === 0 ? '' : `; ${counted(untested.length, 'rule')} without a test`;
  const totals = `${passed} passed, ${failed} failed, in ${counted(files.length, 'file')}${left}`;
  return [...files.flatMap(fileLines), ...bare, totals].join('\n');
}

/** What could not be read, each in a line. */
export const unreadableText = ({ unreadable }: TestReport): string[] =>
  unreadable.map(({ file, line, reason }) =>
    visibleLine(`${file}${line === null ? '' : `:${line}`}: ${reason}`, 2 * width),
  );

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function fileLines({ file, tests }: FileResult): string[] {
  const failed = tests.filter(({ passed }) => !passed);
  if (failed.length === 0) return [`passed  ${file} (${counted(tests.length, 'test')})`];
  return [
    `failed  ${file} (${failed.length} of ${counted(tests.length, 'test')})`,
    ...failed.flatMap(testLines),
  ];
}

function testLines(test: TestResult): string[] {
  const { problems, missing, unexpected, alerts, matches, credits, wanted, nearest } = test;
  const matched = Object.entries(matches).map(([rule, count]) => `${visibleLine(rule, width)} ${count}×`);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`    ${title}`, ...lines.map((line) => `      ${line}`)];
  return [
    `  line ${test.line}: ${visibleLine(test.name, width)}`,
    ...section(
      'went wrong:',
      problems.map((problem) => visibleLine(problem, width)),
    ),
    ...section('expected, and did not come:', missing.map(alertLine)),
    ...section('came, and was not expected:', unexpected.map(alertLine)),
    ...(missing.length === 0
      ? []
      : section('alerts that came:', alerts.length === 0 ? ['none'] : alerts.map(alertLine))),
    ...section('rules that matched events:', matched.length === 0 ? ['none'] : [matched.join(', ')]),
    ...Object.entries(credits).flatMap(([rule, credit]) =>
      section(
        `${visibleLine(rule, width)} states:`,
        creditLines(credit).map((line) => line.trim()),
      ),
    ),
    ...section(
      'what it takes:',
      wanted.map((line) => visibleLine(line, 2 * width)),
    ),
    ...nearest.flatMap(({ rule, event, miss }) => {
      if (miss === undefined) return [];
      const [what = '', ...why] = missLines(miss);
      return [
        `    nearest miss of ${visibleLine(rule, width)}, event ${event}: ${what}`,
        ...why.map((line) => `  ${line}`),
      ];
    }),
  ];
}

function alertLine({ rule, key = {}, count, first }: NamedAlert): string {
  const fields = Object.entries(key).map(([field, value]) => `${field} ${value}`);
  const matches = count === undefined ? [] : [counted(count, 'match').replace('matchs', 'matches')];
  const at = first === undefined ? [] : [`first at ${first.slice(11, 19)}`];
  return visibleLine([rule, ...fields, ...matches, ...at].join(', '), 2 * width);
}
