export { type AdmissionOptions, admit } from './admit.ts';
export { largestBatch } from './batches.ts';
export { onnxErrors } from './errors.ts';
export { inlineExternalData } from './inline.ts';
export { inspectOnnx, modelLimit, type OnnxFacts, type TensorFacts } from './inspect.ts';
export {
  type ModelWorker,
  type ModelWorkerOptions,
  type OnnxFolder,
  startModelWorker,
} from './model_worker.ts';
export type { RowScores } from './score.ts';
export { type StartModelThread, startModelThread } from './thread_start.ts';
export type { Admitted } from './trial.ts';
export { answerTrial, askTrial, type TrialLimits } from './trial_process.ts';
