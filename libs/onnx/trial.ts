import { compileFeatures } from '@tidewatch/features';
import type { ManifestOf } from '@tidewatch/models';
import { batchSizes, largestBatch } from './batches.ts';
import { onnxErrors } from './errors.ts';
import { elementTypes } from './format/onnx.ts';
import { type Golden, readGolden } from './golden.ts';
import { inspectOnnx, type OnnxFacts } from './inspect.ts';
import type { OnnxFolder } from './model_worker.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { isNear } from './score.ts';

/** What admission found. */
export interface Admitted {
  readonly facts: OnnxFacts;
  /** Golden events, and the most that a score differed from what it was to be. */
  readonly golden: { readonly events: number; readonly difference: number };
  /** Rows a second of one core, in the largest batches. */
  readonly rowsPerSecond: number;
}

/** Golden events that are also scored alone. */
const aloneLimit = 256;
/** CPU time that speed is measured in, microseconds. */
const measured = 100_000;

/**
 * All of admission that could take memory and time without bounds: it belongs into a process of its own.
 *
 * @throws what `onnxErrors` lists, but for ONNX_MEMORY, ONNX_TIME, ONNX_SLOW and ONNX_ENDED
 */
export async function tryModel({ manifest, files }: OnnxFolder): Promise<Admitted> {
  const model = files.get(manifest.onnx.file);
  const golden = files.get('golden.ndjson');
  if (model === undefined || golden === undefined)
    throw onnxErrors.ONNX_DAMAGED({ reason: 'files of the manifest has no such file' });
  const facts = inspectOnnx(model, manifest.onnx);
  const encoder = compileFeatures(manifest.features);
  checkInput(facts, manifest, encoder.width);
  checkOutput(facts, manifest, encoder.width);
  const wanted = readGolden(golden);
  const rows = new Float32Array(Math.max(wanted.length, largestBatch) * encoder.width);
  const seen = manifest.features.map(() => false);
  for (const [i, { event, time }] of wanted.entries()) {
    const at = i * encoder.width;
    encoder.encode(event, time, rows, at);
    for (const [f, actual] of encoder.actuals(event, rows, at).entries()) if (actual !== null) seen[f] = true;
  }
  const unseen = manifest.features.find((_, f) => !seen[f]);
  if (unseen !== undefined) throw onnxErrors.ONNX_FEATURE({ feature: unseen.name });
  // So that the largest batch is tried, however few golden events there are.
  const written = wanted.length * encoder.width;
  for (let at = written; at < rows.length; at++) rows[at] = rows[at - written] as number;

  const runtime = await openRuntime(manifest, model);
  const difference = await checkScores(runtime, rows, encoder.width, wanted, manifest);
  for (const size of batchSizes) await runtime.score(rows, size);
  return {
    facts,
    golden: { events: wanted.length, difference },
    rowsPerSecond: await speedOf(runtime, rows),
  };
}

function checkInput({ inputs }: OnnxFacts, { onnx }: ManifestOf<'onnx'>, width: number): void {
  const refuse = (reason: string) => onnxErrors.ONNX_INPUT({ reason });
  const names = inputs.map(({ name }) => name).join(', ');
  const input = inputs.find(({ name }) => name === onnx.input);
  if (input === undefined) throw refuse(`the model has no input ${onnx.input}; it has ${names}`);
  if (inputs.length > 1) throw refuse(`the model has several inputs, ${names}; features fill one`);
  if (input.type !== elementTypes.float32) throw refuse(`${onnx.input} is not of float32`);
  const [rows, columns] = input.shape ?? [null, null];
  if (input.shape !== undefined && input.shape.length !== 2)
    throw refuse(`${onnx.input} is not of two dimensions`);
  if (rows !== null) throw refuse(`${onnx.input} takes ${rows} rows; export it with any number of rows`);
  if (columns !== null && columns !== width)
    throw refuse(`${onnx.input} takes ${columns} columns; the features make ${width}`);
}

function checkOutput({ outputs }: OnnxFacts, { onnx, features }: ManifestOf<'onnx'>, width: number): void {
  const refuse = (reason: string) => onnxErrors.ONNX_OUTPUT({ reason });
  const { name } = onnx.output;
  const strange = outputs.find(({ type }) => type === undefined);
  if (strange !== undefined)
    throw refuse(`${strange.name} is a sequence or a map; export a classifier with the option zipmap: false`);
  const output = outputs.find((each) => each.name === name);
  if (output === undefined)
    throw refuse(`the model has no output ${name}; it has ${outputs.map((each) => each.name).join(', ')}`);
  const columns = output.shape?.[1] ?? null;
  if ('error' in onnx.output && columns !== null && columns !== width)
    throw refuse(`${name} has ${columns} columns; the features make ${width}`);
  const weights = 'error' in onnx.output ? (onnx.output.weights ?? {}) : {};
  const none = Object.keys(weights).find((weighed) => !features.some((feature) => feature.name === weighed));
  if (none !== undefined) throw refuse(`its weights name ${none}, which is no feature`);
}

/** Holds golden events to their scores, among others and alone: a score must not hang on what was scored with it. */
async function checkScores(
  runtime: Runtime,
  rows: Float32Array,
  width: number,
  wanted: readonly Golden[],
  { tolerance, onnx }: ManifestOf<'onnx'>,
): Promise<number> {
  let difference = 0;
  const check = (score: number, i: number, beside: string) => {
    const expected = (wanted[i] as Golden).score;
    difference = Math.max(difference, Math.abs(score - expected));
    if (!isNear(onnx, score, expected, tolerance))
      throw onnxErrors.ONNX_GOLDEN({ line: i + 1, score, beside, expected, tolerance });
  };
  const { scores } = await runtime.score(rows, rows.length / width);
  for (const [i, score] of scores.entries()) check(score, i % wanted.length, '');
  for (let i = 0; i < Math.min(wanted.length, aloneLimit); i++) {
    const { scores } = await runtime.score(rows.subarray(i * width, (i + 1) * width), 1);
    check(scores[0] as number, i, ' when it is scored alone');
  }
  return difference;
}

/** By the time that this process had of its core, which on a busy machine is less than what went by. */
async function speedOf(runtime: Runtime, rows: Float32Array): Promise<number> {
  const began = process.cpuUsage();
  for (let count = largestBatch; ; count += largestBatch) {
    await runtime.score(rows, largestBatch);
    const { user, system } = process.cpuUsage(began);
    if (user + system >= measured) return Math.round((count * 1e6) / (user + system));
  }
}
