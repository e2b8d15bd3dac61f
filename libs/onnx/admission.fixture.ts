/** The process in which a model of ONNX is tried. */
import type { OnnxFolder } from './model_worker.ts';
import { tryModel } from './trial.ts';
import { answerTrial } from './trial_process.ts';

await answerTrial((folder) => tryModel(folder as OnnxFolder));
