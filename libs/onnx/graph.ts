import { onnxErrors } from './errors.ts';
import {
  type Attribute,
  elementTypes,
  externalLocation,
  type Graph,
  type Node,
  type SparseTensor,
  type Tensor,
} from './format/onnx.ts';
import { checkTrees } from './trees.ts';

/** Most numbers of a tensor that a file names, and of all its constants together: 64 MiB of float32. */
const elementLimit = 2 ** 24;
const nodeLimit = 100_000;
/** Graphs inside each other. */
const depthLimit = 8;
/** Numbers of a constant whose values are looked at. */
const shownLimit = 64;

const domains = new Set(['ai.onnx', 'ai.onnx.ml', 'com.microsoft']);
const loops = new Set(['Loop', 'If', 'Scan']);
/** What answers something else each time. */
const random = /^(Random|Bernoulli|Multinomial)/;
/** What brings loops of its own, reads other files, or answers with a size that hangs on values. */
const refused = new Map([
  ...[
    'com.microsoft:BeamSearch',
    'com.microsoft:GreedySearch',
    'com.microsoft:Sampling',
    'com.microsoft:WhisperBeamSearch',
  ].map((name) => [name, 'it loops as long as values say'] as const),
  ['com.microsoft:EPContext', 'it reads other files'],
  ...['NonZero', 'Compress', 'Unique', 'NonMaxSuppression', 'StringSplit', 'StringConcat'].map(
    (name) => [name, 'how much it answers hangs on values'] as const,
  ),
]);
/** Operands whose values say how large the answer is, or which of several. Beside them the axes of Reduce…. */
const sizedBy: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  ConstantOfShape: [0],
  CropAndResize: [3],
  DFT: [1, 2],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  If: [0],
  Loop: [0, 1],
  MaxUnpool: [2],
  MelWeightMatrix: [0, 1, 2, 3, 4],
  OneHot: [1],
  Pad: [1, 3],
  Range: [0, 1, 2],
  Reshape: [1],
  Resize: [1, 2, 3],
  STFT: [1, 3],
  SequenceAt: [1],
  SequenceErase: [1],
  SequenceInsert: [2],
  Slice: [1, 2, 3, 4],
  Split: [1],
  SplitToSequence: [1],
  Squeeze: [1],
  Tile: [1, 2],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/** What is known of a name before the model runs. */
interface Known {
  /** Whether its values hang on those of the events; its shape never does. */
  readonly varies: boolean;
  /** The values of a small constant. */
  readonly constant?: readonly number[] | undefined;
}
interface Scope {
  readonly names: Map<string, Known>;
  readonly outer?: Scope;
}

export interface GraphFacts {
  readonly operators: ReadonlySet<string>;
  readonly nodes: number;
  /** Numbers of its constants. */
  readonly parameters: number;
}

/**
 * Holds that memory and time of a graph hang on the number of rows alone.
 *
 * @throws ONNX_DAMAGED, ONNX_OPERATOR, ONNX_LOOP, ONNX_EXTERNAL_DATA, ONNX_ELEMENTS
 */
export function checkGraph(graph: Graph, options: { readonly loops: boolean }): GraphFacts {
  const operators = new Set<string>();
  let nodes = 0;
  let parameters = 0;

  /** Gives what is known of the graph's outputs; `inputs` is what is known of its inputs. */
  const visit = (graph: Graph, inputs: readonly Known[], outer?: Scope): readonly Known[] => {
    const scope: Scope = { names: new Map(), ...(outer === undefined ? {} : { outer }) };
    if (depthOf(scope) > depthLimit) throw damaged('its graphs nest too deeply');
    for (const tensor of graph.initializers) define(scope, tensor.name, constantOf(tensor));
    for (const sparse of graph.sparseInitializers)
      define(scope, sparse.values?.name, constantOfSparse(sparse));
    // An input with a default is never given: it is the constant.
    for (const [i, { name }] of graph.inputs.entries())
      if (name === undefined || !scope.names.has(name)) define(scope, name, inputs[i] ?? { varies: true });
    for (const node of graph.nodes) {
      const answers = visitNode(node, scope);
      for (const [i, name] of node.outputs.entries()) if (name !== '') define(scope, name, answers(i));
    }
    return graph.outputs.map(({ name = '' }) => find(scope, name));
  };

  const visitNode = (node: Node, scope: Scope): ((output: number) => Known) => {
    if (++nodes > nodeLimit) throw damaged(`it has more than ${nodeLimit} nodes`);
    const operator = operatorOf(node);
    operators.add(operator);
    const operands = node.inputs.map((name) => (name === '' ? undefined : find(scope, name)));
    for (const attribute of node.attributes) constantsOf(attribute);
    checkSizes(node, operands);
    checkTrees(node);
    const varies = operands.some((operand) => operand?.varies);
    const graphs = node.attributes.flatMap(({ graph = [], graphs }) => [...graphs].concat(graph));
    if (loops.has(operator)) return visitLoop(node, graphs, scope);
    if (graphs.length > 0) throw onnxErrors.ONNX_OPERATOR({ operator, reason: 'it holds graphs' });
    if (operator === 'Constant') return () => constantValue(node.attributes);
    if (operator === 'Shape' || operator === 'Size') return () => ({ varies: false });
    return () => ({ varies: varies || random.test(operator) });
  };

  const visitLoop = (node: Node, graphs: readonly Graph[], scope: Scope): ((output: number) => Known) => {
    const operator = operatorOf(node);
    if (!options.loops) throw onnxErrors.ONNX_LOOP({ operator, reason: 'set onnx.loops where it is meant' });
    if (operator === 'If') {
      const branches = graphs.map((graph) => visit(graph, [], scope));
      return (output) => ({ varies: branches.some((known) => known[output]?.varies ?? true) });
    }
    // Whether a loop goes on: its first output; its first two inputs are the count so far, and the same.
    const steady = operator === 'Loop' ? [{ varies: false }, { varies: false }] : [];
    for (const graph of graphs) {
      const [goesOn] = visit(graph, steady, scope);
      if (operator === 'Loop' && goesOn?.varies !== false) throw hangsOnValues(operator);
    }
    return () => ({ varies: true });
  };

  const count = (place: string, dims: readonly bigint[]): number => {
    const elements = dims.reduce((product, dim) => product * Number(dim), 1);
    if (dims.some((dim) => dim < 0n)) throw damaged(`${place} has a negative length`);
    if (elements > elementLimit) throw tooMany(place, elements);
    return elements;
  };
  const constant = (place: string, dims: readonly bigint[]): void => {
    parameters += count(place, dims);
    if (parameters > elementLimit) throw tooMany('All constants together', parameters);
  };
  const constantOf = (tensor: Tensor): Known => {
    const { name = '', external, location = 0 } = tensor;
    if (external.length > 0 || location === externalLocation)
      throw onnxErrors.ONNX_EXTERNAL_DATA({
        tensor: name,
        location: external.find(({ key }) => key === 'location')?.value ?? 'which it does not name',
      });
    constant(`The constant ${name}`, tensor.dims);
    return { varies: false, constant: longsOf(tensor) };
  };
  const constantOfSparse = ({ values, indices, dims }: SparseTensor): Known => {
    for (const tensor of [values, indices]) if (tensor !== undefined) constantOf(tensor);
    constant(`The constant ${values?.name ?? ''}`, dims);
    return { varies: false };
  };
  const constantsOf = ({ tensor, tensors, sparse, sparses }: Attribute): void => {
    for (const held of tensor === undefined ? tensors : [tensor, ...tensors]) constantOf(held);
    for (const held of sparse === undefined ? sparses : [sparse, ...sparses]) constantOfSparse(held);
  };

  visit(graph, []);
  return { operators, nodes, parameters };
}

function operatorOf({ operator = '', domain }: Node): string {
  const space = domain || 'ai.onnx';
  const name = space === 'ai.onnx' ? operator : `${space}:${operator}`;
  const reason = domains.has(space)
    ? refused.get(name)
    : 'only those of ai.onnx, ai.onnx.ml and com.microsoft are';
  if (reason !== undefined) throw onnxErrors.ONNX_OPERATOR({ operator: name, reason });
  return name;
}

function checkSizes(node: Node, operands: readonly (Known | undefined)[]): void {
  const operator = node.operator ?? '';
  const sizes = operator.startsWith('Reduce') ? [1] : (sizedBy[operator] ?? []);
  if (sizes.some((i) => operands[i]?.varies)) throw hangsOnValues(operator);
  const elements = elementsOf(operator, operands);
  if (elements !== undefined && elements > elementLimit) throw tooMany(`The operator ${operator}`, elements);
}

/** How much an operator asks for, where constants say it. */
function elementsOf(operator: string, operands: readonly (Known | undefined)[]): number | undefined {
  const [first, second, third] = operands.map((operand) => operand?.constant);
  const product = (values: readonly number[] | undefined) =>
    values?.reduce((all, value) => all * Math.max(value, 1), 1);
  if (operator === 'ConstantOfShape') return product(first);
  if (operator === 'Expand' || operator === 'Tile') return product(second);
  if (operator !== 'Range' || first?.[0] === undefined || second?.[0] === undefined) return undefined;
  return Math.ceil((second[0] - first[0]) / (third?.[0] ?? 1));
}

/** The values of a small constant of integers. */
function longsOf({ type, dims, longs, raw }: Tensor): readonly number[] | undefined {
  if (type !== elementTypes.int64 || dims.some((dim) => dim > shownLimit)) return undefined;
  if (raw === undefined) return longs.map(Number);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Array.from({ length: Math.min(shownLimit, raw.length >> 3) }, (_, i) =>
    Number(view.getBigInt64(8 * i, true)),
  );
}

/** What a Constant holds. */
function constantValue(attributes: readonly Attribute[]): Known {
  const held = (wanted: string) => attributes.find(({ name }) => name === wanted);
  const tensor = held('value')?.tensor;
  if (tensor !== undefined) return { varies: false, constant: longsOf(tensor) };
  const integer = held('value_int')?.integer;
  return {
    varies: false,
    constant: integer === undefined ? held('value_ints')?.ints.map(Number) : [Number(integer)],
  };
}

/** Takes a name once in all graphs around: where two mean it, readers differ in which. */
function define(scope: Scope, name = '', known: Known): void {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
    if (at.names.has(name)) throw damaged(`${name} is made twice`);
  scope.names.set(name, known);
}

function find(scope: Scope, name: string): Known {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const known = at.names.get(name);
    if (known !== undefined) return known;
  }
  throw damaged(`${name} is read before it is made`);
}

const depthOf = ({ outer }: Scope): number => (outer === undefined ? 1 : 1 + depthOf(outer));
const damaged = (reason: string) => onnxErrors.ONNX_DAMAGED({ reason });
const tooMany = (place: string, elements: number) =>
  onnxErrors.ONNX_ELEMENTS({ place, elements, limit: elementLimit });
const hangsOnValues = (operator: string) =>
  (loops.has(operator) ? onnxErrors.ONNX_LOOP : onnxErrors.ONNX_OPERATOR)({
    operator,
    reason: 'how much it does hangs on values of the events',
  });
