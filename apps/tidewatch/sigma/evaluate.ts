import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isObject, type JsonObject, parseJson } from '@tidewatch/event';
import { normaliseDocument } from '@tidewatch/normalize';
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
  const prepare = options.throughEcs ? throughEcs : (document: JsonObject) => document;

  const raw = createReadStream(options.events);
  const input = options.events.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  const output = options.output === '-' ? process.stdout : createWriteStream(options.output);
  const started = performance.now();
  let evaluating = 0;
  let line = 0;
  let unreadable = 0;
  let matches = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const parsed = parseJson(text);
    const event = parsed.ok && isObject(parsed.value) ? prepare(parsed.value) : undefined;
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

/** The very normaliser of the stream. */
function throughEcs(document: JsonObject): JsonObject | undefined {
  const outcome = normaliseDocument(document, { source: 'sigma-eval', received: Date.now() });
  return outcome.status === 'ok' ? outcome.value : undefined;
}
