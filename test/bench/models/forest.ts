import { Forest, hibernate, restore, save } from '@tidewatch/forest';
import { median, quantile, spread, thousands } from '../report.ts';
import { inTurn, ratios } from '../turns.ts';
import { detection } from './detection.ts';
import { forestPeer, type PeerOptions } from './forest_peer.ts';
import { isSpike, run, wave } from './forest_runs.ts';
import { auc, type Likeness, likeness } from './parity.ts';

export type Add = (id: string, what: string, figure: string, bar?: string, met?: boolean) => void;

const steps = 60_000;
/** Java's compiler has long done with it then. */
const warm = 40_000;
/** Steps after a spike in which the shingle still has it. */
const after = 8;
const shapes = [
  { features: 1, shingle: 1 },
  { features: 1, shingle: 8 },
  { features: 4, shingle: 8 },
] as const;
const usual = { kind: 'forest', trees: 50, sampleSize: 256, seed: 1, cache: 1, warm } as const;

/** The bars of forests and detectors: R1 to R8. */
export async function forestBench(rounds: number, wanted: (id: string) => boolean, add: Add): Promise<void> {
  if (!['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8'].some(wanted)) return;
  const peer = forestPeer();
  try {
    if (wanted('R1')) await speed();
    if (wanted('R2')) await wholeDetector();
    if (wanted('R3')) parity();
    if (wanted('R4')) states();
    detection(peer, wanted, add);
  } finally {
    peer.close();
  }

  async function beside(options: PeerOptions, other: PeerOptions) {
    const series = [wave(steps, options.features, 1)];
    const rate = ({ seconds }: { readonly seconds: number }) => (steps - warm) / seconds;
    const [own, java] = await inTurn(
      rounds,
      () => rate(run(series, options)),
      () => rate(peer.run(series, other)),
    );
    const ratio = ratios(own, java);
    const figure = `${spread(ratio)}x: ${thousands(median(own))} to ${thousands(median(java))}`;
    return { figure, ratio: median(ratio) };
  }

  async function speed() {
    const bars = new Map([
      ['1 × 8', 1],
      ['4 × 8', 0.75],
    ]);
    for (const shape of shapes) {
      const name = `${shape.features} × ${shape.shingle}`;
      const options = { ...usual, ...shape };
      const { figure, ratio } = await beside(options, options);
      const bar = bars.get(name);
      const what = `score and update, ${name}, a CPU-second, beside AWS’ Java with all boxes kept`;
      if (bar === undefined) add('R1', what, figure);
      else add('R1', what, figure, `≥ ${bar}x`, ratio >= bar);
      const without = { ...options, cache: 0 };
      const plugin = await beside(options, without);
      add(
        'R1',
        `${name}, beside Java without boxes, as OpenSearch’s plugin runs it`,
        plugin.figure,
        '≥ 4x',
        plugin.ratio >= 4,
      );
      add('R1', `${name}, both without boxes`, (await beside(without, without)).figure);
    }
  }

  async function wholeDetector() {
    const options = { ...usual, ...shapes[1], kind: 'thresholded' } as const;
    const { figure, ratio } = await beside(options, options);
    const what =
      'the whole detector, 1 × 8, expected values included, beside Java’s ThresholdedRandomCutForest, both with boxes';
    add('R2', what, figure, '≥ 0.8x', ratio >= 0.8);
  }

  function parity() {
    const series = [wave(15_000, 1, 2)];
    const seeds = [1, 2, 3, 4, 5];
    const options = { ...usual, ...shapes[1] };
    const scoresOf = (runs: typeof run, seed: number): Float64Array =>
      (runs(series, { ...options, seed }).scores[0] as Float64Array).subarray(1_000);
    const own = seeds.map((seed) => scoresOf(run, seed));
    const java = seeds.map((seed) => scoresOf(peer.run, seed));
    const across = own.map((scores, i) => likeness(scores, java[i] as Float64Array));
    const among = java.map((scores, i) => likeness(scores, java[(i + 1) % seeds.length] as Float64Array));
    const of = (all: readonly Likeness[], what: keyof Likeness) => median(all.map((one) => one[what]));
    for (const what of ['mean', 'p99'] as const) {
      const off = Math.max(...across.map((one) => Math.abs(one[what] - 1)));
      add(
        'R3',
        `${what} of the scores off Java’s, the most of five seeds`,
        `${(100 * off).toFixed(1)} %`,
        '≤ 3 %',
        off <= 0.03,
      );
    }
    for (const [what, slack] of [
      ['pearson', 0.02],
      ['overlap', 0.05],
    ] as const) {
      const least = of(among, what) - slack;
      const found = of(across, what);
      const name =
        what === 'pearson'
          ? 'Pearson’s correlation with Java’s scores'
          : 'of the top 0.5 %, the same as Java’s';
      add(
        'R3',
        `${name}, five seeds; Java’s own among each other ${of(among, what).toFixed(3)}`,
        found.toFixed(3),
        `≥ ${least.toFixed(3)}`,
        found >= least,
      );
    }
    // What still has the spike in its shingle is neither.
    const judged = [...(own[0] as Float64Array).keys()].filter((i) => {
      const since = (i + 1_000 - 333) % 500;
      return since === 0 || since > after;
    });
    const found = Math.min(
      ...own.map((scores) =>
        auc(
          Float64Array.from(judged, (i) => scores[i] as number),
          (k) => isSpike((judged[k] as number) + 1_000),
        ),
      ),
    );
    add('R3', 'AUC on planted spikes, the least of five seeds', found.toFixed(4), '≥ 0.99', found >= 0.99);
  }

  function states() {
    const options = { dimensions: 8, trees: 30, sampleSize: 128, seed: 1, boxes: false };
    const forest = new Forest(options);
    const values = Float32Array.from(wave(5_000, 1, 3));
    for (let at = 0; at + 8 <= values.length; at++) forest.update(values.subarray(at, at + 8));
    const [whole, asleep] = [save(forest), hibernate(forest)];
    const kb = (bytes: Uint8Array) => `${Math.round(bytes.length / 1_000)} KB`;
    // What runs for the first time is not compiled yet.
    for (let i = 0; i < 50; i++) restore(asleep);
    const waking = Array.from({ length: 500 }, () => {
      const began = process.cpuUsage();
      restore(asleep);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1_000;
    });
    const slowest = quantile(waking, 0.99);
    add('R4', '1 × 8, 30 trees × 128: saved whole, and as it hibernates', `${kb(whole)}, ${kb(asleep)}`);
    add(
      'R4',
      'the same: waking, CPU, once it is compiled',
      `p50 ${quantile(waking, 0.5).toFixed(1)} ms, p99 ${slowest.toFixed(1)} ms`,
      'p99 ≤ 10 ms',
      slowest <= 10,
    );
    // Buffers lie outside the heap: what a thousand forests have of them is counted.
    const before = process.memoryUsage().rss;
    const kept = Array.from({ length: 1_000 }, () => restore(asleep));
    const each = (process.memoryUsage().rss - before) / kept.length;
    add(
      'R4',
      'the same, 10,000 of them resident without boxes, by 1,000',
      `${((10_000 * each) / 2 ** 30).toFixed(2)} GiB`,
      '≤ 1 GB',
      10_000 * each <= 1e9,
    );
  }
}
