import { readModelFolder } from '@tidewatch/models';
import { openEvasionModel } from './evasion_model.ts';
import type { Model } from './model.ts';
import { openOnnxModel } from './onnx_model.ts';
import type { Programs } from './protocol.ts';

/**
 * Opens a version of a model from its folder.
 *
 * Rejects with MODEL_REFUSED, or what its kind says of weights that are not right.
 */
export async function openModel(folder: string, programs: Programs): Promise<Model> {
  const { manifest, files } = await readModelFolder(folder);
  switch (manifest.kind) {
    case 'svm':
      return openEvasionModel(folder, manifest);
    case 'onnx':
      return openOnnxModel({ manifest, files }, new URL(programs.onnx));
  }
}
