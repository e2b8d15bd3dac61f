import { calibration } from './calibration.ts';
import { explanation } from './explanation.ts';
import type { Add } from './forest.ts';
import type { Peer } from './forest_peer.ts';
import { run } from './forest_runs.ts';
import { alertsOf, type Labelled, nabScore, profiles, readNab } from './nab.ts';
import { suite } from './suite.ts';

/** A detector whose steps are worth a look above a threshold. */
export interface Side {
  readonly name: string;
  readonly threshold: number;
  /** Scores or grades by series and step, of each of three seeds. */
  readonly scores: (series: readonly Float64Array[]) => readonly (readonly Float64Array[])[];
}

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

/** How well detectors find what is labelled (R5) and what is planted (R6), beside Java's; whether they hold to their target (R7), and explain (R8). */
export function detection(peer: Peer, wanted: (id: string) => boolean, add: Add): void {
  const own: Side = {
    name: 'own',
    threshold: 0.5,
    scores: (series) => seeds.map((seed) => run(series, { ...ours, seed }).scores),
  };
  const java: Side = {
    name: 'Java’s, as the plugin sets it',
    threshold: 0,
    scores: (series) => seeds.map((seed) => peer.run(series, { ...plugin, seed }).scores),
  };
  const folder = process.env.TIDEWATCH_NAB;
  if (wanted('R5') && folder !== undefined) nab(readNab(folder), own, java, add);
  else if (wanted('R5'))
    process.stdout.write('R5: TIDEWATCH_NAB names no folder, so that NAB is left out.\n');
  if (wanted('R6')) suite(own, java, add);
  if (wanted('R7')) calibration(add);
  if (wanted('R8')) explanation(add);
}

function nab(files: readonly Labelled[], own: Side, java: Side, add: Add) {
  const series = files.map(({ values }) => values);
  const sides = [own, java].map(({ name, threshold, scores: of }) => {
    const scores = of(series);
    return { name, scores, alerts: scores.map((one) => alertsOf(files, one, threshold)) };
  });
  for (const [profile, { cost, aim }] of Object.entries(profiles)) {
    const [ownScore = 0, javaScore = 0] = sides.map(({ scores }) =>
      mean(scores.map((one) => nabScore(files, one, cost))),
    );
    add(
      'R5',
      `NAB, ${files.length} files, ${profile}, mean of three seeds; Java’s as the plugin sets it: ${javaScore.toFixed(1)}`,
      ownScore.toFixed(1),
      `> ${javaScore.toFixed(1)}, aim ${(javaScore + aim).toFixed(1)}${ownScore >= javaScore + aim ? '' : ' missed'}`,
      ownScore > javaScore,
    );
  }
  for (const { name, alerts } of sides) {
    const share = mean(alerts.map(({ found, windows }) => found / windows));
    const precision = mean(alerts.map(({ found, false: wrong }) => found / (found + wrong)));
    const figure = `${(100 * share).toFixed(1)} % of windows, precision ${precision.toFixed(2)}`;
    if (name === 'own')
      add('R5', `${name}: as alerts`, figure, '≥ 75 %, ≥ 0.40', share >= 0.75 && precision >= 0.4);
    else add('R5', `${name}: as alerts`, figure);
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
