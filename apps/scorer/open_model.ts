import { readModelFolder } from '@tidewatch/models';
import type { StartModelThread } from '@tidewatch/onnx';
import { openEvasionModel } from './evasion_model.ts';
import type { Model } from './model.ts';
import { openOnnxModel } from './onnx_model.ts';

/**
 * Opens a version of a model from its folder.
 *
 * @param startThread for a model that needs one
 *
 * Rejects with MODEL_REFUSED, or what its kind says of weights that are not right.
 */
export async function openModel(folder: string, startThread: StartModelThread): Promise<Model> {
  const { manifest, files } = await readModelFolder(folder);
  switch (manifest.kind) {
    case 'svm':
      return openEvasionModel(folder, manifest);
    case 'onnx':
      return openOnnxModel({ manifest, files }, startThread);
  }
}
