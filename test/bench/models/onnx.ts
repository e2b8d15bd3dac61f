import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as after } from 'node:timers/promises';
import { Random } from '@tidewatch/forest';
import { type OnnxFolder, startModelWorker } from '@tidewatch/onnx';
import { writtenFolder } from '@tidewatch/onnx/written_folder';
import { floats, node, tensor, writeOnnx } from '@tidewatch/onnx/written_models';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { bundled } from '../../bundle.ts';
import { median, quantile, spread, thousands } from '../report.ts';
import { inTurn, ratios } from '../turns.ts';

type Add = (id: string, what: string, figure: string, bar?: string, met?: boolean) => void;

const layers = [64, 256, 32, 1] as const;
const width = layers[0];
const seed = 301;
const measuredMs = 2_000;
/** Calls that are under way, so that the thread has the next one when it is done with one. */
const underWay = 4;

/** The bars of ONNX models (O1, O2), 64 features and 25,000 weights. */
export async function onnxBench(rounds: number, wanted: (id: string) => boolean, add: Add): Promise<void> {
  if (!wanted('O1') && !wanted('O2')) return;
  const random = new Random(seed);
  const model = perceptron(random);
  const folder = writtenFolder({
    model,
    features: Array.from({ length: width }, (_, i) => ({
      name: `f${i}`,
      field: `labels.f${i}`,
      encode: 'number',
    })),
    golden: [],
  });
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  if (wanted('O1'))
    for (const batch of [1, 32, 256, 4_096]) {
      const rows = Float32Array.from({ length: batch * width }, () => random.next());
      const bare = () =>
        rate(batch, 1, () => session.run({ rows: new Tensor('float32', rows, [batch, width]) }));
      const turns: number[] = [];
      const [rates, peer] = await inTurn(rounds, () => throughWorker(folder, rows, batch, turns), bare);
      const share = ratios(rates, peer);
      const met = median(rates) >= 800_000 && median(share) >= 0.6;
      const bar: [string?, boolean?] = batch === 256 ? ['≥ 800,000 and ≥ 0.6x', met] : [];
      const figure = `${thousands(median(rates))}, ${spread(share)}x of ${thousands(median(peer))}`;
      add(
        'O1',
        `rows a second of CPU through the thread, ${batch} a call, beside the bare runtime`,
        figure,
        ...bar,
      );
      if (batch !== 256) continue;
      const turn = Math.max(...turns);
      add('O1', 'longest turn of the event loop meanwhile', `${turn.toFixed(1)} ms`, '≤ 20 ms', turn <= 20);
    }
  if (wanted('O2')) await latency(folder, random, rounds, add);
}

async function throughWorker(
  folder: OnnxFolder,
  rows: Float32Array,
  batch: number,
  longest: number[],
): Promise<number> {
  const worker = startModelWorker(
    folder,
    bundled(new URL('../../../libs/onnx/model_thread.ts', import.meta.url)),
  );
  await worker.ready();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const found = await rate(batch, underWay, () => worker.score(rows, batch));
  delay.disable();
  await worker.close();
  longest.push(delay.max / 1e6);
  return found;
}

/** Rows a second of CPU, all threads included, of calls of which so many are under way at a time. */
async function rate(batch: number, calls: number, call: () => Promise<unknown>): Promise<number> {
  await call();
  const end = performance.now() + measuredMs;
  const began = process.cpuUsage();
  let count = 0;
  const one = async () => {
    while (performance.now() < end) {
      await call();
      count += batch;
    }
  };
  await Promise.all(Array.from({ length: calls }, one));
  const { user, system } = process.cpuUsage(began);
  return Math.round((1e6 * count) / (user + system));
}

/** A batch every 5 ms, as a stream of 50,000 events a second brings them. */
async function latency(folder: OnnxFolder, random: Random, rounds: number, add: Add): Promise<void> {
  const rows = Float32Array.from({ length: 256 * width }, () => random.next());
  const worker = startModelWorker(
    folder,
    bundled(new URL('../../../libs/onnx/model_thread.ts', import.meta.url)),
  );
  await worker.ready();
  const taken: number[] = [];
  for (let i = 0; i < rounds * 400; i++) {
    const began = performance.now();
    await worker.score(rows, 256);
    taken.push(performance.now() - began);
    await after(5);
  }
  await worker.close();
  const late = quantile(taken, 0.99);
  const figure = `${late.toFixed(1)} ms, median ${median(taken).toFixed(2)} ms`;
  add('O2', '256 rows every 5 ms: latency p99, the scoring itself included', figure, '≤ 10 ms', late <= 10);
}

/** Layers of a network with random weights; `score` is a share. */
function perceptron(random: Random): Uint8Array {
  const steps = layers.slice(1).map((wide, i) => ({ from: layers[i] as number, wide, i }));
  const drawn = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  return writeOnnx({
    nodes: steps.flatMap(({ i, wide }) => [
      node('Gemm', [i === 0 ? 'rows' : `out${i - 1}`, `w${i}`, `b${i}`], [`sum${i}`]),
      node(wide === 1 ? 'Sigmoid' : 'Relu', [`sum${i}`], [wide === 1 ? 'score' : `out${i}`]),
    ]),
    initializers: steps.flatMap(({ from, wide, i }) => [
      floats(`w${i}`, [from, wide], drawn(from * wide)),
      floats(`b${i}`, [wide], drawn(wide)),
    ]),
    inputs: [tensor('rows', [undefined, width])],
    outputs: [tensor('score', [undefined, 1])],
  });
}
