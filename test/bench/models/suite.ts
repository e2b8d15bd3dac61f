import { median, quantile } from '../report.ts';
import type { Side } from './detection.ts';
import type { Add } from './forest.ts';
import { type Judged, judge, kinds, planted } from './planted.ts';

/** Settings were chosen on other seeds. */
const judgedSeed = 2;
const eachKind = 12;
/** Thresholds that are tried for our scores, the highest first. */
const thresholds = Array.from({ length: 160 }, (_, i) => 1 - 0.005 * (i + 1));

const all = 'all kinds, one threshold';
const groups = [...kinds, all] as const;
type Group = (typeof groups)[number];
type Judge = (threshold: number) => Judged;

/**
 * What is planted (R6): as both are by default, and ours at the highest threshold at which it finds as much as Java's. There,
 * its false alerts are those of the same recall; a kind of which Java's finds nothing is left out. One threshold for all kinds says what an operator could set.
 */
export function suite(own: Side, java: Side, add: Add): void {
  const [ownOf, javaOf] = [judged(own), judged(java)];
  for (const [{ name, threshold }, of] of [
    [own, ownOf],
    [java, javaOf],
  ] as const)
    for (const kind of groups) add('R6', `${name}: ${kind}`, words(of(kind)(threshold)));
  for (const kind of groups) {
    const theirs = javaOf(kind)(java.threshold);
    if (theirs.found > 0) equalRecall(kind, ownOf(kind), theirs, add);
  }
  const theirs = javaOf(all)(java.threshold);
  const tries = thresholds.map(ownOf(all)).filter(({ perWeek }) => perWeek <= theirs.perWeek);
  const most = tries.reduce((best, one) => (one.found > best.found ? one : best));
  const what = `own, with no more false alerts than Java’s ${theirs.perWeek.toFixed(2)}: ${all}`;
  add('R6', what, words(most), `≥ ${theirs.found} found`, most.found >= theirs.found);
}

function judged({ scores: of }: Side): (kind: Group) => Judge {
  const series = planted(judgedSeed, eachKind);
  const runs = of(series.map(({ values }) => values));
  return (kind) => {
    const those = series.flatMap((one, i) => (kind === all || one.kind === kind ? [i] : []));
    const repeated = runs.flatMap(() => those.map((i) => series[i] as (typeof series)[number]));
    const scores = runs.flatMap((run) => those.map((i) => run[i] as Float64Array));
    return (threshold) => judge(repeated, scores, threshold);
  };
}

function equalRecall(kind: string, own: Judge, theirs: Judged, add: Add) {
  const at = thresholds.find((threshold) => own(threshold).found >= theirs.found);
  const what = `own, at Java’s recall: ${kind}`;
  const bar = `≥ ${theirs.found} found, ≤ ${theirs.perWeek.toFixed(2)} false alerts`;
  if (at === undefined) {
    add('R6', what, 'at no threshold', bar, false);
    return;
  }
  const ours = own(at);
  add('R6', what, `at ${at.toFixed(3)}: ${words(ours)}`, bar, ours.perWeek <= theirs.perWeek);
}

function words({ found, of, delays, perWeek }: Judged): string {
  const alerts = `${perWeek.toFixed(2)} false alerts a series and week`;
  if (of === 0) return alerts;
  const after = found === 0 ? '' : `, after ${median(delays)} steps (p90 ${quantile(delays, 0.9)})`;
  return `${found} of ${of} found${after}; ${alerts}`;
}
