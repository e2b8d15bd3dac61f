import { onnxErrors } from './errors.ts';
import { failed, type OnnxFolder } from './model_worker.ts';
import type { Admitted } from './trial.ts';
import { askTrial, type TrialLimits } from './trial_process.ts';

export interface AdmissionOptions extends TrialLimits {
  /** A program that answers trials with `tryModel`, or its bundle. */
  readonly program: URL;
  /** Rows a second of one core that the model has to score at least; default 10,000. */
  readonly leastRowsPerSecond?: number;
}

/**
 * Tries a model in a process of its own: inspects it, holds it to its manifest, loads it, and runs it on its golden events and in
 * every size of batches that it will ever be run in.
 *
 * Rejects with one of `onnxErrors`, which says what is wrong and where. Whatever the model does, this process goes on.
 */
export async function admit(
  { manifest, files }: OnnxFolder,
  { program, leastRowsPerSecond = 10_000, ...limits }: AdmissionOptions,
): Promise<Admitted> {
  const asked = new Set([manifest.onnx.file, 'golden.ndjson']);
  const needed = new Map([...files].filter(([name]) => asked.has(name)));
  const answer = await askTrial<Admitted>(program, { manifest, files: needed }, limits);
  if ('failure' in answer) throw failed(answer.failure);
  const { rowsPerSecond } = answer.tried;
  if (rowsPerSecond < leastRowsPerSecond)
    throw onnxErrors.ONNX_SLOW({ rate: rowsPerSecond, least: leastRowsPerSecond });
  return answer.tried;
}
