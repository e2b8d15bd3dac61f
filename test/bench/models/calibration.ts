import { Detector, Random } from '@tidewatch/forest';
import type { Add } from './forest.ts';
import { gauss } from './planted.ts';

const target = 0.001;
/** Steps that are learnt from, and those that count: some thirty alerts of each run if it holds to its target. */
const [learnt, counted] = [2_000, 30_000];
const seeds = [1, 2, 3] as const;
const day = 288;

const noises: Readonly<Record<string, (random: Random, step: number) => number>> = {
  normal: gauss,
  exponential: (random) => -Math.log(1 - random.next()),
  lognormal: (random) => Math.exp(gauss(random)),
  'a day’s wave and normal noise': (random, step) =>
    Math.sin((2 * Math.PI * step) / day) + 0.2 * gauss(random),
};

/** Whether detectors, as they are by default, hold to the share of steps that they are told (R7), where nothing is the matter. */
export function calibration(add: Add): void {
  for (const [name, next] of Object.entries(noises)) {
    let graded = 0;
    for (const seed of seeds) {
      const random = new Random(seed);
      const detector = new Detector({ target, seed });
      for (let step = 0; step < learnt + counted; step++)
        if (detector.observe([next(random, step)]).grade > 0 && step >= learnt) graded++;
    }
    const share = graded / (seeds.length * counted * target);
    const figure = `${share.toFixed(2)} of the target, ${graded} steps`;
    add('R7', `realised alert rate, ${name}`, figure, '0.70 to 1.30', share >= 0.7 && share <= 1.3);
  }
}
