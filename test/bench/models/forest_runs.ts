import { Detector, Forest, Random } from '@tidewatch/forest';
import type { PeerOptions, Run } from './forest_peer.ts';

/** A wave per feature with noise, and a spike every 500 steps in all of them. */
export function wave(steps: number, features: number, seed: number): Float64Array {
  const random = new Random(seed);
  const values = new Float64Array(steps * features);
  for (let step = 0; step < steps; step++)
    for (let i = 0; i < features; i++)
      values[step * features + i] =
        Math.sin(step / 20 + i) + 0.3 * (random.next() - 0.5) + (isSpike(step) ? 3 : 0);
  return values;
}

export const isSpike = (step: number): boolean => step % 500 === 333;

/** Ours as {@link PeerOptions} say, over the same series in this process. */
export function run(series: readonly Float64Array[], options: PeerOptions): Run {
  let seen = 0;
  let began = process.cpuUsage();
  const scores = series.map((values) => {
    const steps = options.kind === 'forest' ? forest(options) : detector(options);
    return Float64Array.from({ length: values.length / options.features }, (_, step) => {
      if (seen++ === options.warm) began = process.cpuUsage();
      return steps(values.subarray(step * options.features, (step + 1) * options.features), step);
    });
  });
  const { user, system } = process.cpuUsage(began);
  return { scores, seconds: (user + system) / 1e6 };
}

type Steps = (values: Float64Array, step: number) => number;

function forest({ features, shingle, trees, sampleSize, seed, cache }: PeerOptions): Steps {
  const dimensions = features * shingle;
  const own = new Forest({ dimensions, trees, sampleSize, seed, boxes: cache > 0 });
  const point = new Float32Array(dimensions);
  return (values, step) => {
    point.copyWithin(0, features);
    point.set(values, dimensions - features);
    if (step < shingle - 1) return 0;
    const score = own.score(point);
    own.update(point);
    return score;
  };
}

function detector({ features, shingle, trees, sampleSize, seed, cache }: PeerOptions): Steps {
  const own = new Detector({ features, shingle, trees, sampleSize, seed, boxes: cache > 0 });
  return (values) => own.observe([...values]).score;
}
