import { expect, it } from 'vitest';
import { type Calibration, calibrate, createBinning, driftOf } from './drift.ts';

/** Uniform numbers from 0 to 1, the same for a seed (Mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Series as features have them, each with its standard deviation. */
const ordered = {
  'narrow, far from zero': [(random: () => number) => 1_500 + 10 * normal(random), 10],
  'long tail': [(random: () => number) => -Math.log(1 - random()) * 3, 3],
  'yes or no': [(random: () => number) => (random() < 0.1 ? 1 : 0), 0.3],
  'mostly nothing': [(random: () => number) => (random() < 0.6 ? 0 : 4 + normal(random)), 2.06],
} as const;

const window = 2_000;
const sampleOf = (value: () => number, size = window) => Float32Array.from({ length: size }, value);

function countsOf(calibration: Calibration, values: Float32Array): number[] {
  const binOf = createBinning(calibration);
  const counts = calibration.counts.map(() => 0);
  for (const value of values) (counts[binOf(value)] as number) += 1;
  return counts;
}

const ratiosOf = (calibration: Calibration, value: () => number, windows: number, size = window) =>
  Array.from(
    { length: windows },
    () => driftOf(calibration, countsOf(calibration, sampleOf(value, size))).ratio,
  );

for (const [name, [draw, sigma]] of Object.entries(ordered))
  it(`${name}: raises a shift by one standard deviation at once, and nothing in 50 windows without`, () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = uniform(seed);
      const calibration = calibrate(
        'ordered',
        sampleOf(() => draw(random)),
      );
      expect(Math.max(...ratiosOf(calibration, () => draw(random), 50))).toBeLessThan(1);
      for (const way of [sigma, -sigma])
        expect(ratiosOf(calibration, () => draw(random) + way, 1)[0]).toBeGreaterThan(1);
    }
  });

it('raises categories that become few or others, and nothing where many are rare', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = uniform(seed);
    // By Zipf's law: some are seen daily, most of 4,000 never.
    const zipf = () => Math.floor(4_000 ** random());
    const calibration = calibrate('categories', sampleOf(zipf));
    expect(Math.max(...ratiosOf(calibration, zipf, 50))).toBeLessThan(1);
    const [three, renamed] = [() => [3, 1, 2][zipf() % 3] ?? 0, () => 4_000 + zipf()];
    for (const other of [three, renamed]) expect(ratiosOf(calibration, other, 1)[0]).toBeGreaterThan(1);
  }
});

it('takes into account how few there are: small windows raise nothing by chance, but what is sure', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = uniform(seed);
    const calibration = calibrate(
      'ordered',
      sampleOf(() => normal(random), 100),
    );
    expect(Math.max(...ratiosOf(calibration, () => normal(random), 50, 100))).toBeLessThan(1);
    expect(ratiosOf(calibration, () => normal(random) + 2, 1, 100)[0]).toBeGreaterThan(1);
  }
});

it('is the index and the distance of two halves that moved to thirds', () => {
  const calibration: Calibration = {
    kind: 'ordered',
    bins: [
      [0, 0],
      [1, 1],
    ],
    counts: [50_000, 50_000, 0],
  };
  const drift = driftOf(calibration, [30_000, 30_000, 30_000]);
  // (1/3 − 1/2) ln(2/3) twice, and what came out of nothing: half an event of 100,000.
  const [p, q] = [0.5 / 100_001.5, 30_000.5 / 90_001.5];
  expect(drift.psi).toBeCloseTo(2 * (-1 / 6) * Math.log(2 / 3) + (p - q) * Math.log(p / q), 3);
  expect(drift.ks).toBeCloseTo(1 / 3, 10);
  expect(drift.ratio).toBeCloseTo(drift.psi / 0.2, 10);
});

it('knows a constant, and sees when it is one no more', () => {
  const calibration = calibrate('ordered', new Float32Array(window).fill(7));
  expect(driftOf(calibration, countsOf(calibration, new Float32Array(window).fill(7))).psi).toBe(0);
  for (const other of [6.99, 7.01]) {
    const moved = new Float32Array(window).fill(other);
    expect(driftOf(calibration, countsOf(calibration, moved)).ratio).toBeGreaterThan(1);
  }
});
