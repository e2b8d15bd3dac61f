import { afterAll, expect, it } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { admit, startModelWorker } from './index.ts';
import { tryModel } from './trial.ts';
import { flowFeatures, flowScores, flows, type Written, writtenFolder } from './written_folder.ts';
import {
  attribute,
  endlessModel,
  floats,
  linearModel,
  memoryBomb,
  node,
  tensor,
  type WrittenGraph,
  writeOnnx,
} from './written_models.ts';

const program = bundled(new URL('./admission.fixture.ts', import.meta.url));
const thread = bundled(new URL('./model_thread.ts', import.meta.url));
const options = { program, leastRowsPerSecond: 1 };

/** In this process, where a model can harm nobody. */
const tried = (written: Written) => tryModel(writtenFolder(written));
/** The answer of a graph of one node or several to rows of two columns. */
const graph = (nodes: WrittenGraph['nodes'], more: WrittenGraph = {}) =>
  writeOnnx({
    nodes: nodes ?? [],
    inputs: [tensor('rows', [undefined, 2])],
    outputs: [tensor('score', [undefined, 1])],
    ...more,
  });

const live = startModelWorker(writtenFolder(), thread);
afterAll(() => live.close());
const rows = Float32Array.from(
  flows.flatMap(({ source, destination }) => [Math.log1p(source.bytes), Math.log1p(destination.bytes)]),
);
const liveScores = async () => [...(await live.score(rows, 3)).scores];

it('admits a sound model', async () => {
  expect(await admit(writtenFolder(), options)).toMatchObject({
    facts: {
      operators: ['Add', 'MatMul', 'Sigmoid'],
      nodes: 3,
      parameters: 3,
      inputs: [{ name: 'rows', type: 1, shape: [null, 2] }],
      outputs: [{ name: 'score', type: 1, shape: [null, 1] }],
    },
    golden: { events: 3, difference: expect.closeTo(0, 5) },
    rowsPerSecond: expect.any(Number),
  });
});

it('refuses one that is slower than it has to be', async () => {
  await expect(admit(writtenFolder(), { program, leastRowsPerSecond: 1e9 })).rejects.toMatchObject({
    code: 'ONNX_SLOW',
  });
});

it.each<[string, Written, object, string, string]>([
  ['asks for 40 GB', { model: memoryBomb() }, {}, 'ONNX_MEMORY', '3072 MiB'],
  [
    'loops for ever',
    { model: endlessModel(), onnx: { loops: true } },
    { timeoutMs: 1_500 },
    'ONNX_TIME',
    '1500 ms',
  ],
])('ends the process of one that %s, while the live one goes on', async (_, written, limits, code, text) => {
  let over = false;
  const refused = admit(writtenFolder(written), { ...options, ...limits })
    .catch((error) => error)
    .finally(() => {
      over = true;
    });
  let turns = 0;
  while (!over) {
    for (const [i, score] of (await liveScores()).entries())
      expect(score).toBeCloseTo(flowScores[i] as number, 5);
    turns++;
  }
  expect(await refused).toMatchObject({ code, message: expect.stringContaining(text) });
  expect(turns).toBeGreaterThan(1);
});

const [sent, received] = flowFeatures;
it.each<[string, Written, string, string]>([
  [
    'a feature is missing',
    { features: [sent] as object[] },
    'ONNX_INPUT',
    'rows takes 2 columns; the features make 1',
  ],
  [
    'a feature is missing and the model tells no number of columns',
    {
      features: [sent] as object[],
      model: graph([node('MatMul', ['rows', 'weights'], ['score'])], {
        initializers: [floats('weights', [2, 1], [1, 1])],
        inputs: [tensor('rows', [undefined, undefined])],
      }),
    },
    'ONNX_RUNTIME',
    'MatMul',
  ],
  [
    'a feature was renamed',
    { features: [sent, { ...received, field: 'destination.octets' }] as object[] },
    'ONNX_FEATURE',
    'has a value for received',
  ],
  [
    'its input has another name',
    { onnx: { input: 'features' } },
    'ONNX_INPUT',
    'no input features; it has rows',
  ],
  [
    'its input has another type',
    {
      model: graph([node('Cast', ['rows'], ['score'], [attribute.integer('to', 1)])], {
        inputs: [tensor('rows', [undefined, 2], 11)],
      }),
    },
    'ONNX_INPUT',
    'not of float32',
  ],
  ['its input has another shape', { model: linearModel([1, 2, 3], 0) }, 'ONNX_INPUT', 'takes 3 columns'],
  [
    'it takes one row only',
    { model: graph([node('Identity', ['rows'], ['score'])], { inputs: [tensor('rows', [1, 2])] }) },
    'ONNX_INPUT',
    'takes 1 rows; export it with any number',
  ],
  [
    'a golden score is another',
    { golden: flows.map((event) => ({ event, score: 0.5 })) },
    'ONNX_GOLDEN',
    'line 1: the score is 0.36',
  ],
  [
    'a score hangs on other rows',
    {
      model: graph([
        node('ReduceMax', ['rows'], ['most'], [attribute.ints('axes', [0, 1])]),
        node('ReduceMax', ['rows'], ['own'], [attribute.ints('axes', [1])]),
        node('Div', ['own', 'most'], ['score']),
      ]),
      golden: flows.map((event) => ({ event, score: Math.log1p(event.destination.bytes) / Math.log1p(800) })),
    },
    'ONNX_GOLDEN',
    'line 1: the score is 1 when it is scored alone',
  ],
  [
    'its answer is no number',
    {
      model: graph([node('Sub', ['rows', 'rows'], ['zero']), node('Div', ['zero', 'zero'], ['score'])]),
      onnx: { output: { name: 'score', column: 0 } },
    },
    'ONNX_NOT_FINITE',
    'Row 0 has no score: the model answers NaN',
  ],
  [
    'its answer is infinite',
    {
      model: graph([node('Div', ['rows', 'zero'], ['score'])], { initializers: [floats('zero', [1], [0])] }),
      onnx: { output: { name: 'score', column: 0 }, scale: 'logistic' },
    },
    'ONNX_NOT_FINITE',
    'Infinity',
  ],
  [
    'its answer is a decision, not a share',
    { model: graph([node('Neg', ['rows'], ['score'])]), onnx: { output: { name: 'score', column: 1 } } },
    'ONNX_RANGE',
    'onnx.scale',
  ],
  [
    'its answer has several columns',
    { model: graph([node('Identity', ['rows'], ['score'])]) },
    'ONNX_OUTPUT',
    '2 columns',
  ],
  [
    'its weights name a feature that there is not',
    {
      model: graph([node('Identity', ['rows'], ['score'])], { outputs: [tensor('score', [undefined, 2])] }),
      onnx: { output: { name: 'score', error: 'features', weights: { sent: 2, octets: 1 } } },
    },
    'ONNX_OUTPUT',
    'octets, which is no feature',
  ],
  [
    'its answer is a label',
    {
      model: graph([node('ArgMax', ['rows'], ['score'], [attribute.integer('axis', 1)])], {
        outputs: [tensor('score', [undefined, 1], 7)],
      }),
    },
    'ONNX_OUTPUT',
    'int64; name the output that holds scores',
  ],
  [
    'its answer is a sequence of maps',
    {
      model: graph(
        [node('ZipMap', ['rows'], ['score'], [attribute.ints('classlabels_int64s', [0, 1])], 'ai.onnx.ml')],
        { outputs: [{ name: 'score', type: {} }] },
      ),
    },
    'ONNX_OUTPUT',
    'zipmap: false',
  ],
  [
    'a golden line is no event',
    { golden: [{ event: {}, score: 0.1 }] },
    'ONNX_GOLDEN_INVALID',
    'line 1: event.@timestamp',
  ],
])('refuses one where %s, and answers with the live one meanwhile', async (_, written, code, text) => {
  const [refused, scores] = await Promise.allSettled([tried(written), liveScores()]);
  expect(refused).toMatchObject({ reason: { code, message: expect.stringContaining(text) } });
  expect(scores).toMatchObject({ value: flowScores.map((score) => expect.closeTo(score, 5)) });
});
