import { type ReadModelFolder, readModelFolder } from '@tidewatch/models';
import type { StartModelThread } from '@tidewatch/onnx';
import { scorerErrors } from './errors.ts';
import { openLineModel } from './evasion_model.ts';
import type { Model } from './model.ts';
import { openOnnxModel } from './onnx_model.ts';
import type { ModelAtWork } from './protocol.ts';

/**
 * Reads the folder of a version that was admitted.
 *
 * Rejects with MODEL_REFUSED, MODEL_NAMED_OTHERWISE, or MODEL_REPLACED where it is not what was admitted.
 */
export async function readAdmitted({ folder, name, version, digest }: ModelAtWork): Promise<ReadModelFolder> {
  const read = await readModelFolder(folder);
  const { manifest } = read;
  if (manifest.name !== name || manifest.version !== version)
    throw scorerErrors.MODEL_NAMED_OTHERWISE({ name: manifest.name, version: manifest.version });
  if (read.digest !== digest) throw scorerErrors.MODEL_REPLACED({ name, version });
  return read;
}

/**
 * Makes a model ready to score.
 *
 * @param startThread for a model that needs one
 *
 * Rejects with what its kind says of weights that are not right.
 */
export async function openModel(
  { manifest, files }: ReadModelFolder,
  startThread: StartModelThread,
): Promise<Model> {
  switch (manifest.kind) {
    case 'svm':
      return openLineModel({ manifest, files });
    case 'onnx':
      return openOnnxModel({ manifest, files }, startThread);
  }
}
