import { onnxErrors } from './errors.ts';
import { type Graph, type Model, model, type ValueInfo } from './format/onnx.ts';
import { decode } from './format/protobuf.ts';
import { checkGraph } from './graph.ts';

/** Bytes of the largest model. */
export const modelLimit = 64 * 2 ** 20;
/** An input or output as the model declares it. */
export interface TensorFacts {
  readonly name: string;
  /** `TensorProto.DataType`; undefined for what is no tensor: a sequence, a map. */
  readonly type: number | undefined;
  /** null where a length is not told; undefined where nothing is. */
  readonly shape: readonly (number | null)[] | undefined;
}

/** What an ONNX file says of itself. */
export interface OnnxFacts {
  readonly bytes: number;
  /** Version of each domain of operators. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Operators that it holds, in the order of letters. */
  readonly operators: readonly string[];
  readonly nodes: number;
  /** Numbers of its constants. */
  readonly parameters: number;
  /** Without those that have a constant as default. */
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
}

/**
 * Reads an ONNX file without running it, and refuses what could harm whoever runs it: files of the runtime's own format, other domains,
 * functions, data in other files, constants and sizes over 16 million numbers, and sizes, branches and loops that hang on values of the
 * events. So what a model that is taken needs of memory and time hangs on nothing but how many rows it is given.
 *
 * @param options.loops whether it may hold Loop, If and Scan
 * @throws ONNX_SIZE, ONNX_DAMAGED, ONNX_OPERATOR, ONNX_LOOP, ONNX_EXTERNAL_DATA, ONNX_ELEMENTS
 */
export function inspectOnnx(bytes: Uint8Array, options: { readonly loops: boolean }): OnnxFacts {
  if (bytes.length > modelLimit) throw onnxErrors.ONNX_SIZE({ bytes: bytes.length, limit: modelLimit });
  const { graph, opsets, functions } = decode<Model>(bytes, model);
  if (graph === undefined) throw onnxErrors.ONNX_DAMAGED({ reason: 'it has no graph' });
  if (opsets.length === 0) throw onnxErrors.ONNX_DAMAGED({ reason: 'it says no version of its operators' });
  if (functions.length > 0)
    throw onnxErrors.ONNX_OPERATOR({
      operator: 'of the model itself',
      reason: 'export it with its functions inlined',
    });
  const { operators, nodes, parameters } = checkGraph(graph, options);
  const constant = new Set(constantsOf(graph));
  return {
    bytes: bytes.length,
    opsets: Object.fromEntries(
      opsets.map(({ domain, version }) => [domain || 'ai.onnx', Number(version ?? 0n)]),
    ),
    operators: [...operators].sort(),
    nodes,
    parameters,
    inputs: graph.inputs.map(tensorFacts).filter(({ name }) => !constant.has(name)),
    outputs: graph.outputs.map(tensorFacts),
  };
}

const constantsOf = ({ initializers, sparseInitializers }: Graph): string[] =>
  [...initializers, ...sparseInitializers.flatMap(({ values }) => values ?? [])].map(({ name = '' }) => name);

function tensorFacts({ name = '', type }: ValueInfo): TensorFacts {
  const dims = type?.tensor?.shape?.dims;
  return {
    name,
    type: type?.tensor?.element,
    shape: dims?.map(({ value }) => (value === undefined ? null : Number(value))),
  };
}
