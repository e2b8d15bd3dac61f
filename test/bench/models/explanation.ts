import { Detector, Random } from '@tidewatch/forest';
import type { Add } from './forest.ts';
import { gauss } from './planted.ts';

const features = 10;
const [steps, learnt, every] = [4_000, 500, 110];
const seeds = [1, 2, 3] as const;

/** Whether what was planted is among what an anomaly is said to come from (R8): one of ten features, off by what is usual of it twice and a half. */
export function explanation(add: Add): void {
  let [planted, graded, first, amongThree] = [0, 0, 0, 0];
  for (const seed of seeds) {
    const random = new Random(seed);
    const detector = new Detector({ features, seed });
    for (let step = 0; step < steps; step++) {
      const values = Array.from(
        { length: features },
        (_, i) => Math.sin(step / 12 + i) + 0.2 * gauss(random),
      );
      const isOdd = step > learnt && step % every === 0;
      const off = Math.floor(random.next() * features);
      if (isOdd) values[off] = (values[off] as number) + (random.next() < 0.5 ? 2.5 : -2.5);
      const { grade, contributions } = detector.observe(values);
      if (!isOdd) continue;
      planted++;
      if (grade === 0) continue;
      graded++;
      const own = contributions[off] as number;
      const before = contributions.filter((share) => share > own).length;
      if (before === 0) first++;
      if (before < 3) amongThree++;
    }
  }
  const share = amongThree / graded;
  add(
    'R8',
    `the planted feature of ${features} is among the first three, of anomalies that were found`,
    `${(100 * share).toFixed(0)} %, the first ${((100 * first) / graded).toFixed(0)} %; ${graded} of ${planted} found`,
    '≥ 90 %',
    share >= 0.9,
  );
}
