import { isObject, leaves } from '@tidewatch/event';
import { createHeader, type HeaderKind } from '@tidewatch/inputs';
import { createExplainer, type Explained, type TracedParser, type TracedStep } from '@tidewatch/normalize';
import { visibleText } from '../dead_letters/visible.ts';
import { becomes, type RecordOptions, recordOfLine } from './record.ts';
import { fileLines } from './records.ts';
import { loadForCommand, type SourceOptions } from './sources.ts';

export interface ParseOptions extends SourceOptions, RecordOptions {
  readonly timeZone?: string;
  readonly header?: HeaderKind;
  /** Also which parsers were asked, and what each processor did. */
  readonly explain?: boolean;
  readonly json?: boolean;
}

export interface ParseFigures {
  readonly records: number;
  /** Dead letters, and records that a parser claimed and could not read. */
  readonly failed: number;
  /** Parsers that are not in force as written. */
  readonly faults: number;
}

/** Parses a file as the server would, and writes what becomes of each record. */
export async function parseFile(
  file: string,
  options: ParseOptions,
  root: string,
  write: (text: string) => void,
  say: (text: string) => void,
): Promise<ParseFigures> {
  const set = await loadForCommand(options, root, say);
  const { timeZone, source } = options;
  const explain = createExplainer({
    ...(timeZone === undefined ? {} : { timeZone }),
    parsers: () => set.dispatch,
  });
  const header = createHeader(options.header);
  let records = 0;
  let failed = 0;
  for await (const line of fileLines(file)) {
    const explained = explain(recordOfLine(line, records++, { ...options, header: header(line) }), source);
    if (hasFailed(explained)) failed++;
    write(options.json ? jsonOf(explained, options) : textOf(line, explained, options));
  }
  return { records, failed, faults: set.faults.length };
}

function hasFailed({ outcome }: Explained): boolean {
  if (outcome.status === 'dead_letter') return true;
  if (outcome.status !== 'ok') return false;
  const { tags } = JSON.parse(outcome.value.json) as { tags?: readonly string[] };
  return tags?.includes('parser_failed') ?? false;
}

const jsonOf = (explained: Explained, { explain }: ParseOptions): string =>
  JSON.stringify(explain ? { ...becomes(explained), parsers: explained.parsers } : becomes(explained));

function textOf(line: string, explained: Explained, { explain }: ParseOptions): string {
  const { event, ...rest } = becomes(explained);
  const lines = [`> ${line}`, ...(explain ? traceText(explained) : [])];
  for (const [what, text] of Object.entries(rest)) lines.push(`  ${what}: ${String(text)}`);
  if (isObject(event))
    for (const [path, value] of leaves(event))
      if (!own(path)) lines.push(`  ${path}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${visibleText(lines.join('\n'))}\n`;
}

/** What Tidewatch adds to every event. */
const own = (path: string): boolean => /^(?:tidewatch|ecs)\.|^event\.(?:id|ingested|original)$/.test(path);

function traceText({ parsers }: Explained): string[] {
  if (parsers.length === 0) return ['  (no parser from a file was asked)'];
  return parsers.flatMap(({ parser, file, result, reason, steps }: TracedParser) => [
    `  ${marks[result]} ${parser} (${file})${reason === undefined ? '' : `: ${reason}`}`,
    ...steps.flatMap(stepText),
  ]);
}

const marks = {
  ok: '✓',
  skipped: '-',
  declined: '-',
  failed: '✗',
  done: '✓',
  dropped: '✗',
  dead_letter: '✗',
};

function stepText({ step, level, result, reason, changes }: TracedStep): string[] {
  const indent = ' '.repeat(4 + 2 * level);
  const because = result === 'skipped' ? `, since not: ${reason}` : reason === undefined ? '' : `: ${reason}`;
  return [
    `${indent}${marks[result]} ${step}${result === 'ok' ? '' : ` ${result}`}${because}`,
    ...changes.map(({ field, before, after }) =>
      after === undefined
        ? `${indent}    - ${field}`
        : before === undefined
          ? `${indent}    + ${field}: ${JSON.stringify(after)}`
          : `${indent}    ~ ${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
    ),
  ];
}
