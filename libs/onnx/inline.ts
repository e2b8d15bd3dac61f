import { onnxErrors } from './errors.ts';
import { externalLocation, type Model, model, type Tensor } from './format/onnx.ts';
import { decode, encode } from './format/protobuf.ts';

/**
 * Puts the data of tensors that lie in other files into the model itself, as it may be shipped then. All else stays as it is.
 *
 * @param files what lies beside the model, by name, e.g. `model.onnx.data`
 * @throws ONNX_EXTERNAL_DATA where a tensor names another file or more than a file has, and ONNX_DAMAGED
 */
export function inlineExternalData(bytes: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return encode(replaceTensors(decode<Model>(bytes, model)) as Model, model);

  /** Whatever has dims and a place for data in other files is a tensor. */
  function replaceTensors(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(replaceTensors);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    const fields = Object.fromEntries(
      Object.entries(value).map(([key, held]) => [key, replaceTensors(held)]),
    );
    return 'external' in fields ? inlined(fields as unknown as Tensor) : fields;
  }

  function inlined(tensor: Tensor): Tensor {
    const { location: kind, external, ...rest } = tensor;
    if (kind !== externalLocation) return tensor;
    const said = new Map(external.map(({ key, value }) => [key, value]));
    const place = said.get('location') ?? '';
    const file = files.get(place);
    const offset = Number(said.get('offset') ?? 0);
    const length = said.get('length');
    const end = length === undefined ? (file?.length ?? 0) : offset + Number(length);
    if (file === undefined || !(offset >= 0 && offset <= end && end <= file.length)) {
      const location = file === undefined ? place : `${place}, which does not have so much`;
      throw onnxErrors.ONNX_EXTERNAL_DATA({ tensor: tensor.name ?? '', location });
    }
    return { ...rest, external: [], raw: file.subarray(offset, end) };
  }
}
