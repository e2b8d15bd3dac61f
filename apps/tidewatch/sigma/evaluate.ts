import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isObject, type JsonObject, parseJson } from '@tidewatch/event';
import { createNormaliser } from '@tidewatch/normalize';
import { createSigmaEngine, enableLinearRegExpFallback, loadThorTable } from '@tidewatch/sigma';
import { loadForCommand } from './rules.ts';

export interface EvaluateOptions {
  readonly rules: readonly string[];
  readonly events: string;
  readonly output: string;
  readonly throughEcs?: boolean;
  readonly thor?: string;
  readonly placeholders?: string;
}

export interface EvaluateFigures {
  readonly events: number;
  readonly unreadable: number;
  readonly rules: number;
  readonly matches: number;
  /** Events a second, of rule evaluation alone and of reading, parsing, normalising, evaluating and writing. */
  readonly evaluationPerSecond: number;
  readonly wholePerSecond: number;
}

/**
 * Runs rules over a file (`.gz` too), and writes `{"line": n, "rules": [ids]}` for every line, numbered from 0. A line that is not a
 * JSON object matches nothing and is counted.
 */
export async function evaluateFile(
  options: EvaluateOptions,
  say: (text: string) => void,
): Promise<EvaluateFigures> {
  enableLinearRegExpFallback();
  const { rules, rejected } = await loadForCommand(options.rules, options.placeholders);
  if (rejected.length > 0) say(`${rejected.length} rules are rejected; \`tidewatch sigma check\` says why.`);
  const engine = createSigmaEngine(
    rules,
    options.thor === undefined ? {} : { windows: await loadThorTable(options.thor) },
  );
  const read = options.throughEcs ? createThroughEcs() : asItIs;

  const raw = createReadStream(options.events);
  const input = options.events.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  const output = options.output === '-' ? process.stdout : createWriteStream(options.output);
  const started = performance.now();
  let evaluating = 0;
  let line = 0;
  let unreadable = 0;
  let matches = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const event = read(text);
    let ids: string[] = [];
    if (event === undefined) unreadable++;
    else {
      const before = performance.now();
      ids = engine.evaluate(event).map(({ rule }) => rule.id);
      evaluating += performance.now() - before;
    }
    matches += ids.length;
    if (!output.write(`${JSON.stringify({ line: line++, rules: ids })}\n`)) await once(output, 'drain');
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
  };
}

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
