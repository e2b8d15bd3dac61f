import { median, quantile } from '../report.ts';
import type { Add } from './forest.ts';
import type { Peer, PeerOptions, Run } from './forest_peer.ts';
import { run } from './forest_runs.ts';
import { alertsOf, nabScore, profiles, readNab } from './nab.ts';
import { judge, kinds, planted } from './planted.ts';

const seeds = [1, 2, 3] as const;
/** As it is by default, and as OpenSearch's plugin sets Java's. */
const ours = {
  kind: 'thresholded',
  features: 1,
  shingle: 8,
  trees: 50,
  sampleSize: 256,
  cache: 1,
  warm: 0,
} as const;
const plugin = { ...ours, trees: 30, cache: 0 } as const;
/** Settings were chosen on other seeds. */
const judgedSeed = 2;
const eachKind = 12;

/** How well detectors find what is labelled (R5) and what is planted (R6), beside Java's. */
export function detection(peer: Peer, wanted: (id: string) => boolean, add: Add): void {
  const sides = [
    ['own', ours, run, (score: number) => score > 0.5],
    ['Java’s, as the plugin sets it', plugin, peer.run, (grade: number) => grade > 0],
  ] as const;
  const folder = process.env.TIDEWATCH_NAB;
  if (wanted('R5') && folder !== undefined) nab(folder);
  else if (wanted('R5'))
    process.stdout.write('R5: TIDEWATCH_NAB names no folder, so that NAB is left out.\n');
  if (wanted('R6')) suite();

  function nab(folder: string) {
    const files = readNab(folder);
    const found = sides.map(([name, options, runs, isOdd]) => {
      const scores = seeds.map((seed) =>
        scoresOf(
          runs,
          options,
          seed,
          files.map(({ values }) => values),
        ),
      );
      const alerts = scores.map((one) => alertsOf(files, one, isOdd));
      return { name, scores, alerts };
    });
    for (const [profile, cost] of Object.entries(profiles)) {
      const [own = 0, java = 0] = found.map(({ scores }) =>
        mean(scores.map((one) => nabScore(files, one, cost))),
      );
      add(
        'R5',
        `NAB, ${files.length} files, ${profile}, mean of three seeds; Java’s as the plugin sets it: ${java.toFixed(1)}`,
        own.toFixed(1),
        `≥ ${java.toFixed(1)}`,
        own >= java,
      );
    }
    for (const { name, alerts } of found) {
      const share = mean(alerts.map(({ found: hit, windows }) => hit / windows));
      const precision = mean(alerts.map(({ found: hit, false: wrong }) => hit / (hit + wrong)));
      const figure = `${(100 * share).toFixed(0)} % of windows, precision ${precision.toFixed(2)}`;
      if (name === 'own')
        add('R5', `${name}: as alerts`, figure, '≥ 75 %, ≥ 0.40', share >= 0.75 && precision >= 0.4);
      else add('R5', `${name}: as alerts`, figure);
    }
  }

  function suite() {
    const series = planted(judgedSeed, eachKind);
    for (const [name, options, runs, isOdd] of sides) {
      const scores = scoresOf(
        runs,
        options,
        1,
        series.map(({ values }) => values),
      );
      const odd = scores.map((one) => Array.from(one, isOdd));
      for (const kind of kinds) {
        const of = series.flatMap((one, i) => (one.kind === kind ? [i] : []));
        const judged = judge(
          of.map((i) => series[i] as (typeof series)[number]),
          of.map((i) => odd[i] as boolean[]),
        );
        const hits =
          judged.of > 0
            ? `${judged.found} of ${judged.of} found, after ${median(judged.delays)} steps (p90 ${quantile(judged.delays, 0.9)}); `
            : '';
        add('R6', `${name}: ${kind}`, `${hits}${judged.perWeek.toFixed(2)} false alerts a series and week`);
      }
    }
  }
}

const scoresOf = (
  runs: (series: readonly Float64Array[], options: PeerOptions) => Run,
  options: Omit<PeerOptions, 'seed'>,
  seed: number,
  series: readonly Float64Array[],
): readonly Float64Array[] => runs(series, { ...options, seed }).scores;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
