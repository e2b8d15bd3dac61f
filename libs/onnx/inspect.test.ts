import { expect, it } from 'vitest';
import { inlineExternalData, inspectOnnx } from './index.ts';
import {
  attribute,
  floats,
  linearModel,
  longs,
  node,
  subgraph,
  tensor,
  type WrittenGraph,
  writeOnnx,
} from './written_models.ts';

const sound = linearModel([1, 2], 0);
const graph = (nodes: WrittenGraph['nodes'], more: WrittenGraph = {}) =>
  writeOnnx({
    nodes: nodes ?? [],
    inputs: [tensor('rows', [undefined, 2])],
    outputs: [tensor('score', [undefined, 1])],
    ...more,
  });
const bytes = (text: string) => new TextEncoder().encode(text);

/** `score`, if rows say so. */
const branches = (condition: WrittenGraph['nodes']) =>
  graph([
    ...(condition ?? []),
    node(
      'If',
      ['condition'],
      ['score'],
      [
        attribute.graph(
          'then_branch',
          subgraph({ nodes: [node('Identity', ['rows'], ['a'])], outputs: [tensor('a', [undefined, 2])] }),
        ),
        attribute.graph(
          'else_branch',
          subgraph({ nodes: [node('Neg', ['rows'], ['b'])], outputs: [tensor('b', [undefined, 2])] }),
        ),
      ],
    ),
  ]);
const constant = (value: number) =>
  node('Constant', [], ['constant'], [attribute.tensor('value', longs('', [], [value]))]);
const onRows = [
  node('ReduceMax', ['rows'], ['most']),
  node('Cast', ['most'], ['condition'], [attribute.integer('to', 9)]),
];
const onCount = [
  node('Size', ['rows'], ['size']),
  constant(4),
  node('Equal', ['size', 'constant'], ['condition']),
];
/** A tree of three nodes of which the last but one leads back. */
const tree = (back: number) =>
  node(
    'TreeEnsembleRegressor',
    ['rows'],
    ['score'],
    [
      attribute.ints('nodes_treeids', [0, 0, 0, 0, 0]),
      attribute.ints('nodes_nodeids', [0, 1, 2, 3, 4]),
      attribute.texts('nodes_modes', ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF']),
      attribute.ints('nodes_truenodeids', [2, back, 0, 0, 0]),
      attribute.ints('nodes_falsenodeids', [1, 4, 0, 0, 0]),
    ],
    'ai.onnx.ml',
  );

it.each<[string, Uint8Array, string, string]>([
  ['what ends in the middle', sound.subarray(0, sound.length - 20), 'ONNX_DAMAGED', 'no whole ONNX model'],
  ['what is no model', bytes('{"weights": [1, 2]}'), 'ONNX_DAMAGED', 'no whole ONNX model'],
  ['nothing', new Uint8Array(), 'ONNX_DAMAGED', 'no graph'],
  ['more than 64 MiB', new Uint8Array(2 ** 26 + 1), 'ONNX_SIZE', '67108865 bytes'],
  [
    'data in another file',
    graph([node('Add', ['rows', 'w'], ['score'])], {
      initializers: [
        {
          name: 'w',
          dims: [1n],
          type: 1,
          location: 1,
          external: [{ key: 'location', value: '/etc/passwd' }],
        },
      ],
    }),
    'ONNX_EXTERNAL_DATA',
    'The tensor w lies in another file, /etc/passwd',
  ],
  [
    'a foreign domain',
    graph([node('Run', ['rows'], ['score'], [], 'net.example')]),
    'ONNX_OPERATOR',
    'net.example:Run',
  ],
  [
    'an operator that loops by itself',
    graph([node('BeamSearch', ['rows'], ['score'], [], 'com.microsoft')]),
    'ONNX_OPERATOR',
    'BeamSearch',
  ],
  ['a loop that nobody allowed', branches(onCount), 'ONNX_LOOP', 'onnx.loops'],
  [
    'a constant that is larger than the file',
    graph([node('Add', ['rows', 'w'], ['score'])], { initializers: [floats('w', [100_000, 100_000], [])] }),
    'ONNX_ELEMENTS',
    'The constant w asks for 10000000000 numbers',
  ],
  [
    'a sparse constant that is larger than the file',
    graph([node('Add', ['rows', 'w'], ['score'])], {
      sparseInitializers: [
        { values: floats('w', [1], [1]), indices: longs('', [1], [5]), dims: [2n ** 40n] },
      ],
    }),
    'ONNX_ELEMENTS',
    '1099511627776',
  ],
  [
    'a large shape',
    graph([constant(1), node('ConstantOfShape', ['shape'], ['score'])], {
      initializers: [longs('shape', [2], [1e5, 1e5])],
    }),
    'ONNX_ELEMENTS',
    'ConstantOfShape',
  ],
  [
    'a large range',
    graph([node('Range', ['from', 'to', 'step'], ['score'])], {
      initializers: [longs('from', [], [0]), longs('to', [], [1e12]), longs('step', [], [2])],
    }),
    'ONNX_ELEMENTS',
    '500000000000',
  ],
  [
    'many copies',
    graph([node('Tile', ['rows', 'times'], ['score'])], { initializers: [longs('times', [2], [1e9, 1])] }),
    'ONNX_ELEMENTS',
    'Tile',
  ],
  [
    'a size that hangs on values',
    graph([
      node('Cast', ['rows'], ['sizes'], [attribute.integer('to', 7)]),
      node('Expand', ['rows', 'sizes'], ['score']),
    ]),
    'ONNX_OPERATOR',
    'Expand is not taken: how much it does hangs on values',
  ],
  [
    'an answer whose size hangs on values',
    graph([node('NonZero', ['rows'], ['score'])]),
    'ONNX_OPERATOR',
    'NonZero',
  ],
  ['a tree that leads back to itself', graph([tree(1)]), 'ONNX_DAMAGED', 'tree node 1 leads back'],
  [
    'a name that is made twice',
    graph([node('Neg', ['rows'], ['score']), node('Abs', ['rows'], ['score'])]),
    'ONNX_DAMAGED',
    'score is made twice',
  ],
  [
    'a name that is made too late',
    graph([node('Neg', ['a'], ['score']), node('Abs', ['rows'], ['a'])]),
    'ONNX_DAMAGED',
    'a is read before',
  ],
])('refuses %s', (_, model, code, text) => {
  expect(() => inspectOnnx(model, { loops: false })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(text) }),
  );
});

it('takes trees that lead to leaves', () => {
  expect(inspectOnnx(graph([tree(3)]), { loops: false }).operators).toEqual([
    'ai.onnx.ml:TreeEnsembleRegressor',
  ]);
});

it('takes a branch on the number of rows where it is allowed, and never one on their values', () => {
  expect(inspectOnnx(branches(onCount), { loops: true }).operators).toContain('If');
  expect(() => inspectOnnx(branches(onRows), { loops: true })).toThrow(
    expect.objectContaining({ code: 'ONNX_LOOP' }),
  );
});

it('refuses every beginning of a model, but the one that only lacks the version of operators it has none of', () => {
  const taken: number[] = [];
  for (let length = 0; length < sound.length; length++)
    try {
      inspectOnnx(sound.subarray(0, length), { loops: false });
      taken.push(length);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^ONNX_/) });
    }
  expect(taken).toHaveLength(1);
});

it('puts data of other files into the model', () => {
  const beside = Buffer.from(Float32Array.of(0, 1, 2).buffer);
  const initializer = (location: string) => ({
    name: 'w',
    dims: [2n],
    type: 1,
    location: 1,
    external: [
      { key: 'location', value: location },
      { key: 'offset', value: '4' },
      { key: 'length', value: '8' },
    ],
  });
  const model = (first: object) => graph([node('Add', ['rows', 'w'], ['score'])], { initializers: [first] });
  const files = new Map([['model.onnx.data', beside]]);
  expect(Buffer.from(inlineExternalData(model(initializer('model.onnx.data')), files))).toEqual(
    Buffer.from(model(floats('w', [2], [1, 2]))),
  );
  expect(Buffer.from(inlineExternalData(sound, files))).toEqual(Buffer.from(sound));
  expect(() => inlineExternalData(model(initializer('../secret')), files)).toThrow(
    /another file, \.\.\/secret/,
  );
  const short = new Map([['model.onnx.data', beside.subarray(0, 8)]]);
  expect(() => inlineExternalData(model(initializer('model.onnx.data')), short)).toThrow(
    /does not have so much/,
  );
});
