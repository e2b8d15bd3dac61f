/** The parts of ONNX's files that tell what a model asks of the runtime. @see https://onnx.ai/onnx/api/classes.html */
import { type Message, many, one, type Shape } from './protobuf.ts';

export interface Model extends Message {
  readonly irVersion?: bigint;
  readonly graph?: Graph;
  readonly opsets: readonly Opset[];
  readonly functions: readonly Uint8Array[];
}
export interface Opset extends Message {
  readonly domain?: string;
  readonly version?: bigint;
}
export interface Graph extends Message {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly sparseInitializers: readonly SparseTensor[];
}
export interface Node extends Message {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly operator?: string;
  readonly attributes: readonly Attribute[];
  readonly domain?: string;
}
export interface Attribute extends Message {
  readonly name?: string;
  readonly integer?: bigint;
  readonly tensor?: Tensor;
  readonly graph?: Graph;
  readonly ints: readonly bigint[];
  readonly texts: readonly string[];
  readonly tensors: readonly Tensor[];
  readonly graphs: readonly Graph[];
  readonly sparse?: SparseTensor;
  readonly sparses: readonly SparseTensor[];
}
export interface Tensor extends Message {
  readonly dims: readonly bigint[];
  readonly type?: number;
  readonly longs: readonly bigint[];
  readonly name?: string;
  readonly raw?: Uint8Array;
  readonly external: readonly Entry[];
  readonly location?: number;
}
export interface SparseTensor extends Message {
  readonly values?: Tensor;
  readonly indices?: Tensor;
  readonly dims: readonly bigint[];
}
export interface Entry extends Message {
  readonly key?: string;
  readonly value?: string;
}
export interface ValueInfo extends Message {
  readonly name?: string;
  readonly type?: Type;
}
export interface Type extends Message {
  readonly tensor?: TensorType;
}
export interface TensorType extends Message {
  readonly element?: number;
  readonly shape?: TensorShape;
}
export interface TensorShape extends Message {
  readonly dims: readonly Dimension[];
}
export interface Dimension extends Message {
  readonly value?: bigint;
}

/** `TensorProto.DataType` of what is read here. */
export const elementTypes = { float32: 1, int64: 7, float64: 11 } as const;
/** `TensorProto.DataLocation`. */
export const externalLocation = 1;

const opset: Shape = { 1: one('domain', 'text'), 2: one('version', 'long') };
const entry: Shape = { 1: one('key', 'text'), 2: one('value', 'text') };
const tensor: Shape = {
  1: many('dims', 'long'),
  2: one('type', 'int'),
  7: many('longs', 'long'),
  8: one('name', 'text'),
  9: one('raw', 'bytes'),
  13: many('external', () => entry),
  14: one('location', 'int'),
};
const sparse: Shape = {
  1: one('values', () => tensor),
  2: one('indices', () => tensor),
  3: many('dims', 'long'),
};
const dimension: Shape = { 1: one('value', 'long') };
const tensorShape: Shape = { 1: many('dims', () => dimension) };
const tensorType: Shape = { 1: one('element', 'int'), 2: one('shape', () => tensorShape) };
const type: Shape = { 1: one('tensor', () => tensorType) };
const valueInfo: Shape = { 1: one('name', 'text'), 2: one('type', () => type) };
const attribute: Shape = {
  1: one('name', 'text'),
  3: one('integer', 'long'),
  5: one('tensor', () => tensor),
  6: one('graph', () => graph),
  8: many('ints', 'long'),
  9: many('texts', 'text'),
  10: many('tensors', () => tensor),
  11: many('graphs', () => graph),
  22: one('sparse', () => sparse),
  23: many('sparses', () => sparse),
};
const node: Shape = {
  1: many('inputs', 'text'),
  2: many('outputs', 'text'),
  3: one('name', 'text'),
  4: one('operator', 'text'),
  5: many('attributes', () => attribute),
  7: one('domain', 'text'),
};
const graph: Shape = {
  1: many('nodes', () => node),
  5: many('initializers', () => tensor),
  11: many('inputs', () => valueInfo),
  12: many('outputs', () => valueInfo),
  15: many('sparseInitializers', () => sparse),
};
export const model: Shape = {
  1: one('irVersion', 'long'),
  7: one('graph', () => graph),
  8: many('opsets', () => opset),
  25: many('functions', 'bytes'),
};
