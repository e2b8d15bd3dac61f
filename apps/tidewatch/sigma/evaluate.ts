import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isObject, type JsonObject, parseJson } from '@tidewatch/event';
import { createNormaliser } from '@tidewatch/normalize';
import {
  createSigmaEngine,
  creditOf,
  enableLinearRegExpFallback,
  loadThorTable,
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
  const read = options.throughEcs ? createThroughEcs() : asItIs;

  const shown = options.details ? detailsOf : ({ id }: SigmaRule) => id;
  const raw = createReadStream(options.events, { highWaterMark: pieceBytes });
  const input = options.events.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  const output = options.output === '-' ? process.stdout : createWriteStream(options.output);
  const started = performance.now();
  let evaluating = 0;
  let line = 0;
  let unreadable = 0;
  let matches = 0;
  for await (const texts of readLines(input)) {
    const events = texts.map(read);
    const before = performance.now();
    const hits = events.map((event) => (event === undefined ? [] : engine.evaluate(event)));
    evaluating += performance.now() - before;
    let lines = '';
    hits.forEach((found, i) => {
      if (events[i] === undefined) unreadable++;
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

/** Read at a time. */
const pieceBytes = 1_048_576;

/** The lines of a stream, as many at a time as a piece of it has; a line ends with LF or CR LF. */
async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of input) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() as string;
    yield lines.map(withoutReturn);
  }
  rest += decoder.decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** Normalises JSON texts as the stream does, with its very normaliser; undefined for what it refuses. */
export function createThroughEcs(): (text: string) => JsonObject | undefined {
  const normalise = createNormaliser();
  return (text) => {
    const bytes = Buffer.from(text);
    const position = { kind: 'none' } as const;
    const record = { bytes, format: 'json', position, received: Date.now(), hints: {} } as const;
    const outcome = normalise(record, 'sigma-eval');
    return outcome.status === 'ok' ? (JSON.parse(outcome.value.json) as JsonObject) : undefined;
  };
}

function asItIs(text: string): JsonObject | undefined {
  const parsed = parseJson(text);
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}
