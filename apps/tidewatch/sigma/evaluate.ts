import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createNormaliser, type Dispatch } from '@tidewatch/normalize';
import {
  createSigmaEngine,
  creditOf,
  enableLinearRegExpFallback,
  loadThorTable,
  type RuleHit,
  type SigmaRule,
} from '@tidewatch/sigma';
import { startErrors } from '../errors.ts';
import { type CostlyRule, dearestRules } from './rule_costs.ts';
import { loadForCommand } from './rules.ts';

export interface EvaluateOptions {
  readonly rules: readonly string[];
  readonly events: string;
  readonly output: string;
  readonly throughEcs?: boolean;
  /** Parsers from files, for `throughEcs`. */
  readonly parsers?: Dispatch;
  readonly thor?: string;
  readonly placeholders?: string;
  /** Files of processing pipelines. */
  readonly pipeline?: readonly string[];
  /** Write of each rule that matched also title, level, author, licence and references, instead of its id alone. */
  readonly details?: boolean;
  /** Where parsed rules are kept from one run to the next. */
  readonly cache?: string;
}

export interface EvaluateFigures {
  readonly events: number;
  readonly unreadable: number;
  readonly rules: number;
  readonly matches: number;
  /** Events a second, of rule evaluation alone and of reading, parsing, normalising, evaluating and writing. */
  readonly evaluationPerSecond: number;
  readonly wholePerSecond: number;
  readonly dearest: readonly CostlyRule[];
}

/**
 * Runs rules over a file (`.gz` too), and writes `{"line": n, "rules": [ids or details]}` for every line, numbered from 0. A line that is not a
 * JSON object matches nothing and is counted.
 */
export async function evaluateFile(
  options: EvaluateOptions,
  say: (text: string) => void,
): Promise<EvaluateFigures> {
  enableLinearRegExpFallback();
  const { rules, rejected } = await loadForCommand(
    options.rules,
    options.placeholders,
    options.pipeline,
    options.cache,
  );
  const broken = rejected.find(({ file }) => options.pipeline?.includes(file));
  if (broken !== undefined)
    throw startErrors.PIPELINE_INVALID({ file: broken.file, line: broken.line ?? 1, reason: broken.reason });
  if (rejected.length > 0) say(`${rejected.length} rules are rejected; \`tidewatch sigma check\` says why.`);
  const engine = createSigmaEngine(
    rules,
    options.thor === undefined ? {} : { windows: await loadThorTable(options.thor) },
  );
  const read = options.throughEcs ? createThroughEcs(options.parsers) : (line: Uint8Array) => line;

  const shown = options.details ? detailsOf : ({ id }: SigmaRule) => id;
  const raw = createReadStream(options.events, { highWaterMark: pieceBytes });
  const input = options.events.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  const output = options.output === '-' ? process.stdout : createWriteStream(options.output);
  const started = performance.now();
  let evaluating = 0;
  let line = 0;
  let unreadable = 0;
  let matches = 0;
  for await (const written of readLines(input)) {
    const events = written.map(read);
    const before = performance.now();
    const hits = events.map((event) => (event === undefined ? undefined : engine.evaluate(event)));
    evaluating += performance.now() - before;
    let lines = '';
    hits.forEach((found = unread) => {
      if (found === unread) unreadable++;
      matches += found.length;
      lines += `${JSON.stringify({ line: line++, rules: found.map(({ rule }) => shown(rule)) })}\n`;
    });
    if (!output.write(lines)) await once(output, 'drain');
  }
  if (output !== process.stdout) {
    output.end();
    await finished(output);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    events: line,
    unreadable,
    rules: rules.length,
    matches,
    evaluationPerSecond: Math.round(line / Math.max(evaluating / 1000, 1e-9)),
    wholePerSecond: Math.round(line / Math.max(seconds, 1e-9)),
    dearest: dearestRules(engine, evaluating),
  };
}

const detailsOf = (rule: SigmaRule) => ({
  id: rule.id,
  title: rule.title,
  level: rule.level,
  ...creditOf(rule),
});

const unread: RuleHit[] = [];

/** Read at a time. */
const pieceBytes = 1_048_576;

/** The lines of a stream, as many at a time as a piece of it has; a line ends with LF or CR LF. */
async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let rest: Uint8Array = new Uint8Array();
  let isFirst = true;
  for await (const piece of input) {
    const bytes =
      rest.length === 0
        ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
        : Buffer.concat([rest, piece]);
    const lines: Uint8Array[] = [];
    let start = isFirst && bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    isFirst = false;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      lines.push(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    yield lines;
  }
  if (rest.length > 0) yield [rest];
}

const lineFeed = 10;
const byteOrderMark = Buffer.from('\ufeff');

/** Normalises JSON as the stream does, with its very normaliser; undefined for what it refuses. */
export function createThroughEcs(parsers?: Dispatch): (bytes: Uint8Array) => Buffer | undefined {
  const normalise = createNormaliser(parsers && { parsers: () => parsers });
  return (bytes) => {
    const position = { kind: 'none' } as const;
    const record = { bytes, format: 'json', position, received: Date.now(), hints: {} } as const;
    const outcome = normalise(record, 'sigma-eval');
    return outcome.status === 'ok' ? Buffer.from(outcome.value.json) : undefined;
  };
}
