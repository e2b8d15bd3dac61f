/** The process in which a model is tried before it runs; started by `admission.ts`. */
import { openEvasionModel } from '@tidewatch/evasion';
import { answerTrial, type OnnxFolder } from '@tidewatch/onnx';
import { tryModel } from '@tidewatch/onnx/trial';
import type { Tried } from './admission.ts';

await answerTrial(async (folder): Promise<Tried> => {
  if (folder.manifest.kind === 'onnx') return tryModel(folder as OnnxFolder);
  return { golden: { events: openEvasionModel(folder).golden } };
});
