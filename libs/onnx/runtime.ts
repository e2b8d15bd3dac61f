import { compileFeatures, type Feature } from '@tidewatch/features';
import type { ManifestOf } from '@tidewatch/models';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { batchSizes } from './batches.ts';
import { onnxErrors } from './errors.ts';
import { createScale, type RowScores, reconstructionError } from './score.ts';

export interface Runtime {
  /**
   * Scores rows that lie behind each other.
   *
   * @throws ONNX_RUNTIME, ONNX_OUTPUT, ONNX_NOT_FINITE, ONNX_RANGE; rows count from 0
   */
  score(rows: Float32Array, count: number): Promise<RowScores>;
}

/**
 * Makes a model ready to run on one core, in the thread that asks.
 *
 * @throws ONNX_RUNTIME
 */
export async function openRuntime(manifest: ManifestOf<'onnx'>, model: Uint8Array): Promise<Runtime> {
  const { input, output } = manifest.onnx;
  const { columns } = compileFeatures(manifest.features);
  const width = columns.length;
  const features = columns.map(({ feature }) => feature);
  const weights = Float64Array.from(columns, ({ feature }) => {
    const { name } = manifest.features[feature] as Feature;
    return 'error' in output ? (output.weights?.[name] ?? 1) : 1;
  });
  const scaled = createScale(manifest.onnx);
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Without it, what begins like a file of the runtime's own format would be run as one, which nobody inspected.
    extra: { session: { load_model_format: 'ONNX' } },
  }).catch(refuse);

  const run = async (rows: Float32Array, count: number): Promise<ArrayLike<number>> => {
    const feeds = { [input]: new Tensor('float32', rows, [count, width]) };
    const answer = (await session.run(feeds, [output.name]).catch(refuse))[output.name];
    return valuesOf(answer, count, 'error' in output ? width : undefined);
  };

  /** Column of the score, of how many. */
  const scoresOf = (values: ArrayLike<number>, from: number, count: number, into: Float32Array): void => {
    const wide = values.length / count;
    const column = 'column' in output ? (output.column ?? 0) : 0;
    if (column >= wide || (wide > 1 && !('column' in output)))
      throw badOutput(`${output.name} has ${wide} columns; name one of them as column, from 0 on`);
    for (let i = 0; i < count; i++) into[from + i] = scaled(values[i * wide + column] as number, from + i);
  };

  return {
    async score(rows, count) {
      const scores = new Float32Array(count);
      const explained =
        'error' in output
          ? {
              contributions: new Float32Array(count * manifest.features.length),
              expected: new Float32Array(count * width),
            }
          : undefined;
      for (let from = 0; from < count; ) {
        const size = batchSizes.find((each) => each <= count - from) as number;
        const part = rows.subarray(from * width, (from + size) * width);
        const values = await run(part, size);
        if (explained === undefined) scoresOf(values, from, size, scores);
        else {
          explained.expected.set(values, from * width);
          for (let i = 0; i < size; i++) {
            const at = (from + i) * manifest.features.length;
            const into = explained.contributions;
            const raw = reconstructionError(part, values, i * width, features, weights, into, at);
            const score = scaled(raw, from + i);
            scores[from + i] = score;
            share(explained.contributions.subarray(at, at + manifest.features.length), raw, score);
          }
        }
        from += size;
      }
      return { scores, ...explained };
    },
  };

  function valuesOf(answer: Tensor | undefined, count: number, wide: number | undefined): ArrayLike<number> {
    const { name } = output;
    if (answer === undefined) throw badOutput(`the model has no ${name}`);
    if (answer.type !== 'float32' && answer.type !== 'float64')
      throw badOutput(`${name} is of ${answer.type}; name the output that holds scores, not labels`);
    const { data, dims } = answer;
    if (dims[0] !== count || dims.length > 2 || (wide !== undefined && dims[1] !== wide))
      throw badOutput(
        `${name} has the shape [${dims}] for ${count} rows${wide === undefined ? '' : ` of ${wide} columns`}`,
      );
    return data as Float32Array | Float64Array;
  }
}

/** From parts of the raw error to parts of the score. Where nothing is off, all have the same part. */
function share(parts: Float32Array, raw: number, score: number): void {
  for (let i = 0; i < parts.length; i++)
    parts[i] = raw > 0 ? ((parts[i] as number) / raw) * score : score / parts.length;
}

const badOutput = (reason: string) => onnxErrors.ONNX_OUTPUT({ reason });

function refuse(error: Error): never {
  // Before it the runtime tells the place in its own sources, templates and all.
  const reason = error.message.split(/\] (?=[A-Z])|> >\) /).at(-1) ?? '';
  throw onnxErrors.ONNX_RUNTIME({ reason: reason.slice(0, 500) });
}
