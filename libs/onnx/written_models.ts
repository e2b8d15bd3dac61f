/** Small ONNX models, written by hand: for tests and benches, here and where models are used. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { elementTypes, type Graph, model } from './format/onnx.ts';
import { encode } from './format/protobuf.ts';

type Written = object;
/** A message's parts that a shape does not name, e.g. an attribute's type. */
const part = (number: number, type: WireType, write: (writer: BinaryWriter) => unknown): Uint8Array => {
  const writer = new BinaryWriter().tag(number, type);
  write(writer);
  return writer.finish();
};
const attributeType = (type: number) => part(20, WireType.Varint, (writer) => writer.int32(type));

export const attribute = {
  integer: (name: string, value: number): Written => ({
    name,
    integer: BigInt(value),
    rest: [attributeType(2)],
  }),
  ints: (name: string, values: readonly number[]): Written => ({
    name,
    ints: values.map(BigInt),
    rest: [attributeType(7)],
  }),
  floats: (name: string, values: readonly number[]): Written => ({
    name,
    rest: [
      ...values.map((value) => part(7, WireType.Bit32, (writer) => writer.float(value))),
      attributeType(6),
    ],
  }),
  texts: (name: string, values: readonly string[]): Written => ({
    name,
    texts: values,
    rest: [attributeType(8)],
  }),
  tensor: (name: string, tensor: Written): Written => ({ name, tensor, rest: [attributeType(4)] }),
  graph: (name: string, graph: Written): Written => ({ name, graph, rest: [attributeType(5)] }),
};

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** A constant of float32, in the order of rows. */
export const floats = (
  name: string,
  dims: readonly number[],
  values: readonly number[] | Float32Array,
): Written => ({
  name,
  dims: dims.map(BigInt),
  type: elementTypes.float32,
  raw: bytesOf(Float32Array.from(values)),
});
/** A constant of int64; a single number where there are no dims. */
export const longs = (name: string, dims: readonly number[], values: readonly number[]): Written => ({
  name,
  dims: dims.map(BigInt),
  type: elementTypes.int64,
  longs: values.map(BigInt),
});

/** An input or output; undefined stands for a length that is not told. */
export const tensor = (
  name: string,
  dims: readonly (number | undefined)[],
  element: number = elementTypes.float32,
): Written => ({
  name,
  type: {
    tensor: {
      element,
      shape: { dims: dims.map((dim) => (dim === undefined ? {} : { value: BigInt(dim) })) },
    },
  },
});

/** A node, e.g. `node('Add', ['x', 'one'], ['y'])`. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Written[] = [],
  domain = '',
): Written {
  return { operator, inputs, outputs, attributes, domain };
}

export type WrittenGraph = { readonly [Key in Exclude<keyof Graph, 'rest'>]?: readonly Written[] };

/** A graph inside a node: it needs a name. */
export const subgraph = (graph: WrittenGraph): Written => ({
  ...graph,
  rest: [part(2, WireType.LengthDelimited, (writer) => writer.string('body'))],
});

/** The bytes of a model of the given graph. */
export const writeOnnx = (graph: WrittenGraph): Uint8Array =>
  encode(
    {
      irVersion: 8n,
      opsets: [
        { domain: '', version: 17n },
        { domain: 'ai.onnx.ml', version: 3n },
      ],
      graph: subgraph(graph),
    },
    model,
  );

/**
 * A linear model: `score` [N, 1] = logistic(`rows` [N, width] × weights + bias).
 *
 * @param weights one for each column
 */
export const linearModel = (weights: readonly number[], bias: number): Uint8Array =>
  writeOnnx({
    nodes: [
      node('MatMul', ['rows', 'weights'], ['product']),
      node('Add', ['product', 'bias'], ['raw']),
      node('Sigmoid', ['raw'], ['score']),
    ],
    initializers: [floats('weights', [weights.length, 1], weights), floats('bias', [1], [bias])],
    inputs: [tensor('rows', [undefined, weights.length])],
    outputs: [tensor('score', [undefined, 1])],
  });

/**
 * A model that takes its time: `score` [N, 1] = sum of `rows` [N, width], after a loop of so many turns. The manifest has to say `loops`.
 *
 * @param turns 50,000 take some 50 milliseconds
 */
export function slowModel(width: number, turns: number): Uint8Array {
  const body = subgraph({
    nodes: [node('Identity', ['going'], ['goesOn']), node('Add', ['before', 'small'], ['next'])],
    initializers: [floats('small', [1, 1], [0])],
    inputs: [tensor('turn', [], 7), tensor('going', [], 9), tensor('before', [1, 1])],
    outputs: [tensor('goesOn', [], 9), tensor('next', [1, 1])],
  });
  return writeOnnx({
    nodes: [
      node('Loop', ['turns', '', 'start'], ['sum'], [attribute.graph('body', body)]),
      node('ReduceSum', ['rows', 'axes'], ['own']),
      node('Add', ['own', 'sum'], ['score']),
    ],
    initializers: [longs('turns', [], [turns]), longs('axes', [1], [1]), floats('start', [1, 1], [0])],
    inputs: [tensor('rows', [undefined, width])],
    outputs: [tensor('score', [undefined, 1])],
  });
}

const ofTwoColumns = (graph: WrittenGraph): Uint8Array =>
  writeOnnx({
    inputs: [tensor('rows', [undefined, 2])],
    outputs: [tensor('score', [undefined, 1])],
    ...graph,
  });

/** Loops for ever. The manifest has to say `loops`. */
export function endlessModel(): Uint8Array {
  const body = subgraph({
    nodes: [node('Identity', ['going'], ['goesOn']), node('Add', ['sum', 'one'], ['next'])],
    initializers: [floats('one', [1, 1], [1])],
    inputs: [tensor('turn', [], 7), tensor('going', [], 9), tensor('sum', [1, 1])],
    outputs: [tensor('goesOn', [], 9), tensor('next', [1, 1])],
  });
  return ofTwoColumns({
    nodes: [node('Loop', ['', 'on', 'start'], ['score'], [attribute.graph('body', body)])],
    initializers: [{ name: 'on', dims: [], type: 9, raw: Uint8Array.of(1) }, floats('start', [1, 1], [0])],
  });
}

/** Asks for zeros of a size that the file does not say at once: 10,000,000,000. */
export const memoryBomb = (): Uint8Array =>
  ofTwoColumns({
    nodes: [
      node('Mul', ['size', 'size'], ['sizes']),
      node('ConstantOfShape', ['sizes'], ['zeros']),
      node('ReduceMax', ['zeros'], ['most']),
      node('ReduceMean', ['rows'], ['mean'], [attribute.ints('axes', [1])]),
      node('Add', ['mean', 'most'], ['score']),
    ],
    initializers: [longs('size', [1], [100_000])],
  });

/** A linear model whose weights lie in another file. */
export const modelWithDataIn = (location: string): Uint8Array =>
  ofTwoColumns({
    nodes: [
      node('MatMul', ['rows', 'weights'], ['product']),
      node('Add', ['product', 'bias'], ['raw']),
      node('Sigmoid', ['raw'], ['score']),
    ],
    initializers: [
      {
        name: 'weights',
        dims: [2n, 1n],
        type: elementTypes.float32,
        location: 1,
        external: [{ key: 'location', value: location }],
      },
      floats('bias', [1], [-1]),
    ],
  });
