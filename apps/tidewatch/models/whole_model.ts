import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileLimit, modelErrors } from '@tidewatch/models';
import { inlineExternalData } from '@tidewatch/onnx';

/** How the file is called that PyTorch lays beside a model. */
export const dataFileOf = (model: string): string => `${model}.data`;

/**
 * A model as one file, as only such are taken: what lies beside it as {@link dataFileOf} is put into it.
 *
 * Rejects with MODEL_REFUSED, ONNX_DAMAGED or ONNX_EXTERNAL_DATA.
 *
 * @param model its bytes; given back where nothing lies beside it
 */
export async function wholeModel(folder: string, file: string, model: Buffer): Promise<Buffer> {
  const name = dataFileOf(file);
  const beside = join(folder, name);
  const size = await stat(beside).then(
    (found) => found.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (size === undefined) return model;
  if (size > fileLimit)
    throw modelErrors.MODEL_REFUSED({ folder, file: name, reason: `it has more than ${fileLimit} bytes` });
  const whole = inlineExternalData(model, new Map([[name, await readFile(beside)]]));
  return Buffer.from(whole.buffer, whole.byteOffset, whole.length);
}
