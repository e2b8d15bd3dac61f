import type { ParserReport, ParsersReport } from '@tidewatch/normalize';

/** What `tidewatch test parsers` prints: a line a parser, and below it what failed. */
export function reportText({ parsers, faults, passed, failed }: ParsersReport): string {
  const lines = parsers.flatMap(parserLines);
  for (const { file, issues } of faults)
    lines.push(`✗ ${file}`, ...issues.map((issue) => `    ${placed(issue)}`));
  const untested = parsers.filter((parser) => parser.untested).length;
  const without = untested === 0 ? '' : `, ${untested} parsers without tests`;
  lines.push('', `${passed} passed, ${failed} failed in ${parsers.length} parsers${without}`);
  return lines.join('\n');
}

function parserLines({ name, file, results, issues, untested }: ParserReport): string[] {
  if (untested) return [`- ${name}: no tests (${file})`];
  if (issues.length > 0) return [`✗ ${name}: ${file}`, ...issues.map((issue) => `    ${placed(issue)}`)];
  const failing = results.filter((result) => !result.passed);
  const head = `${failing.length === 0 ? '✓' : '✗'} ${name}: ${results.length - failing.length} of ${results.length}`;
  return [
    head,
    ...failing.flatMap(({ title, differences, warnings }) => [
      `    ${title}`,
      ...[...differences, ...warnings].map((line) => `      ${line}`),
    ]),
  ];
}

const placed = ({
  path,
  message,
  line,
  column,
}: {
  path: string;
  message: string;
  line?: number;
  column?: number;
}): string =>
  `${line === undefined ? '' : `line ${line}, column ${column}: `}${path === '' ? '' : `${path}: `}${message}`;
