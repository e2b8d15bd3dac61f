import { afterEach, expect, it } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { type ModelWorker, type ModelWorkerOptions, startModelWorker } from './index.ts';
import { flowFeatures, type Written, writtenFolder } from './written_folder.ts';
import { floats, longs, node, slowModel, tensor, writeOnnx } from './written_models.ts';

const program = bundled(new URL('./model_thread.ts', import.meta.url));
let worker: ModelWorker | undefined;
afterEach(() => worker?.close());
const start = (written: Written, options: ModelWorkerOptions = {}): ModelWorker => {
  worker = startModelWorker(writtenFolder(written), program, options);
  return worker;
};

const inputs = [tensor('rows', [undefined, 2])];
const sumOfRow = writeOnnx({
  nodes: [node('ReduceSum', ['rows', 'axes'], ['score'])],
  initializers: [longs('axes', [1], [1])],
  inputs,
  outputs: [tensor('score', [undefined, 1])],
});

it('scores any number of rows in their order', async () => {
  const { score } = start({ model: sumOfRow });
  const count = 1_000;
  const rows = Float32Array.from({ length: 2 * count }, (_, i) => i / 4 / count);
  const { scores } = await score(rows, count);
  expect([...scores]).toEqual(
    Array.from({ length: count }, (_, i) =>
      Math.fround((rows[2 * i] as number) + (rows[2 * i + 1] as number)),
    ),
  );
  expect(rows).toHaveLength(2 * count);
  expect((await score(new Float32Array(), 0)).scores).toHaveLength(0);
});

/** Expects half of what is there. */
const halving: Written = {
  features: [
    flowFeatures[0] as object,
    { name: 'hour', field: '@timestamp', encode: 'cyclic', period: 'day' },
  ],
  model: writeOnnx({
    nodes: [node('Mul', ['rows', 'half'], ['rebuilt'])],
    initializers: [floats('half', [1], [0.5])],
    inputs: [tensor('rows', [undefined, 3])],
    outputs: [tensor('rebuilt', [undefined, 3])],
  }),
};

it('tells what each feature has to do with the error of a reconstruction', async () => {
  const { score } = start({
    ...halving,
    onnx: { output: { name: 'rebuilt', error: 'features' }, scale: { quantiles: [0, 2, 4] } },
  });
  const { scores, contributions, expected } = await score(Float32Array.of(4, 2, 2, 0, 0, 0), 2);
  // Off by 2, 1 and 1: a mean square of 2, of which the first feature has 4 parts of 6.
  expect([...scores]).toEqual([0.5, 0]);
  expect([...(contributions ?? [])].map((part) => Number(part.toFixed(6)))).toEqual([
    0.333333, 0.166667, 0, 0,
  ]);
  expect([...(expected ?? [])]).toEqual([2, 1, 1, 0, 0, 0]);
});

it('counts errors by their feature’s weight, and says what was expected all the same', async () => {
  const output = { name: 'rebuilt', error: 'features', weights: { hour: 2 } } as const;
  const { score } = start({ ...halving, onnx: { output, scale: { quantiles: [0, 8] } } });
  const { scores, contributions, expected } = await score(Float32Array.of(4, 2, 2), 1);
  // Off by 2, and twice by 1 that counts as 2: a mean square of 4, of which the second feature has two parts of three.
  expect([...scores]).toEqual([0.5]);
  expect([...(contributions ?? [])].map((part) => part * 6)).toEqual([
    expect.closeTo(1, 5),
    expect.closeTo(2, 5),
  ]);
  expect([...(expected ?? [])]).toEqual([2, 1, 1]);
});

it('answers calls that go over together as if each were alone, whatever memory they have', async () => {
  const { score } = start({
    ...halving,
    onnx: { output: { name: 'rebuilt', error: 'features' }, scale: { quantiles: [0, 2, 400] } },
  });
  const calls = [5, 1, 900, 300, 0, 2].map((count, i) => ({
    count,
    rows: Float32Array.from({ length: 3 * count }, (_, at) => (at + i) % 17),
  }));
  const together = await Promise.all(calls.map(({ rows, count }) => score(rows, count)));
  for (const [i, { rows, count }] of calls.entries()) {
    const alone = await score(rows, count);
    expect(together[i]).toEqual(alone);
    expect(alone.expected).toEqual(rows.map((value) => value / 2));
    expect(alone.contributions).toHaveLength(2 * count);
  }
});

it('rejects only that of several calls which has a row without a score', async () => {
  const { score } = start({ model: sumOfRow });
  const [before, odd, behind] = await Promise.allSettled([
    score(Float32Array.of(0.25, 0.25), 1),
    score(Float32Array.of(0, 0, 1, 1), 2),
    score(Float32Array.of(0.5, 0.25), 1),
  ]);
  expect([before, behind]).toEqual(
    [0.5, 0.75].map((sum) => ({ status: 'fulfilled', value: { scores: Float32Array.of(sum) } })),
  );
  expect((odd as PromiseRejectedResult).reason).toMatchObject({
    code: 'ONNX_RANGE',
    details: { row: 1, value: 2 },
  });
});

it('tells the row that has no score, and goes on with others', async () => {
  const { score } = start({ model: sumOfRow });
  const rows = new Float32Array(600);
  rows[2 * 290] = Number.NaN;
  await expect(score(rows, 300)).rejects.toMatchObject({
    code: 'ONNX_NOT_FINITE',
    details: { row: 290, value: 'NaN' },
  });
  rows[2 * 290] = 2;
  await expect(score(rows, 300)).rejects.toMatchObject({
    code: 'ONNX_RANGE',
    details: { row: 290, value: 2 },
  });
  expect((await score(rows, 290)).scores).toHaveLength(290);
});

it('rejects all where the model cannot be loaded, and after it was closed', async () => {
  const broken = start({ model: sumOfRow.subarray(0, 60) });
  await expect(broken.ready()).rejects.toMatchObject({ code: 'ONNX_RUNTIME' });
  await expect(broken.score(new Float32Array(2), 1)).rejects.toMatchObject({ code: 'ONNX_RUNTIME' });
  const sound = start({ model: sumOfRow });
  await sound.close();
  await expect(sound.score(new Float32Array(2), 1)).rejects.toMatchObject({ code: 'ONNX_ENDED' });
});

it('gives up what takes too long, and outlives it', async () => {
  const slow = slowModel(2, 50_000);
  const { ready, score } = start({ model: slow, onnx: { loops: true } }, { timeoutMs: 20 });
  await ready();
  const [first, second] = await Promise.allSettled([
    score(new Float32Array(2), 1),
    score(new Float32Array(2), 1),
  ]);
  for (const { reason } of [first, second] as PromiseRejectedResult[])
    expect(reason).toMatchObject({ code: 'ONNX_TIME' });
  await expect(score(new Float32Array(2), 1)).rejects.toMatchObject({ code: 'ONNX_TIME' });
});
