import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the Numenta Anomaly Benchmark. */
export interface Labelled {
  readonly name: string;
  readonly values: Float64Array;
  /** First and last step of each window that has an anomaly. */
  readonly windows: readonly (readonly [number, number])[];
  /** Steps at the beginning that nothing is said of. */
  readonly probation: number;
}

/** Reads a folder with NAB's `data` and `labels`. */
export function readNab(folder: string): Labelled[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels/combined_windows.json'), 'utf8')) as Readonly<
    Record<string, readonly (readonly [string, string])[]>
  >;
  return Object.keys(labels)
    .toSorted()
    .flatMap((name) => {
      const file = join(folder, 'data', name);
      return existsSync(file) ? [readFile(file, name, labels[name] ?? [])] : [];
    });
}

function readFile(file: string, name: string, windows: readonly (readonly [string, string])[]): Labelled {
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const times = rows.map((row) => row.slice(0, 19));
  return {
    name,
    values: Float64Array.from(rows, (row) => Number(row.split(',')[1])),
    windows: windows.map(([from, to]) => [
      times.findIndex((time) => time >= from.slice(0, 19)),
      times.findLastIndex((time) => time <= to.slice(0, 19)),
    ]),
    probation: Math.floor(0.15 * Math.min(rows.length, 5_000)),
  };
}

/** What a false detection costs in NAB's profiles, beside 1 for a window that is missed; and by how much we aim to be above Java's. */
export const profiles = {
  standard: { cost: 0.11, aim: 3 },
  'low false positives': { cost: 0.22, aim: 8 },
} as const;

const sigmoid = (x: number): number => 2 / (1 + Math.exp(5 * x)) - 1;

/**
 * The score of NAB (Lavin and Ahmad, Evaluating Real-time Anomaly Detection Algorithms, ICMLA 2015): 0 to 100 as for
 * nothing detected and for each window at its first step, with the best threshold for all files together. A window counts
 * by its earliest detection; a false one costs less the closer behind a window it is.
 */
export function nabScore(files: readonly Labelled[], scores: readonly Float64Array[], cost: number): number {
  const steps = files.flatMap(({ probation, values }, file) =>
    Array.from({ length: values.length - probation }, (_, i) => ({
      file,
      step: probation + i,
      score: scores[file]?.[probation + i] as number,
    })),
  );
  steps.sort((a, b) => b.score - a.score);
  const all = files.reduce((sum, { windows }) => sum + windows.length, 0);
  const earned = files.map(({ windows }) => windows.map(() => -1));
  let [sum, best] = [-all, -all];
  for (const [i, { file, step, score }] of steps.entries()) {
    const { windows } = files[file] as Labelled;
    const at = windows.findIndex(([from, to]) => step >= from && step <= to);
    const own = earned[file] as number[];
    if (at >= 0) {
      const [from, to] = windows[at] as readonly [number, number];
      const worth = sigmoid(-(to - step + 1) / (to - from + 1)) / sigmoid(-1);
      // A window that is missed costs 1.
      if (worth > (own[at] as number)) {
        sum += worth - (own[at] as number);
        own[at] = worth;
      }
    } else sum += cost * falseWorth(windows, step);
    if (steps[i + 1]?.score !== score && sum > best) best = sum;
  }
  return (100 * (best + all)) / (2 * all);
}

function falseWorth(windows: Labelled['windows'], step: number): number {
  const before = windows.findLast(([, to]) => to < step);
  if (before === undefined) return -1;
  const behind = (step - before[1]) / (before[1] - before[0]);
  return behind > 3 ? -1 : sigmoid(behind);
}

/** Alerts as people get them: steps above a threshold, until ten in a row are not. */
export function alertsOf(
  files: readonly Labelled[],
  scores: readonly Float64Array[],
  threshold: number,
): { readonly windows: number; readonly found: number; readonly false: number } {
  let [found, wrong] = [0, 0];
  for (const [file, { windows, probation, values }] of files.entries()) {
    const hit = new Set<number>();
    let last = Number.NEGATIVE_INFINITY;
    for (let step = probation; step < values.length; step++) {
      if (!((scores[file]?.[step] as number) > threshold)) continue;
      const at = windows.findIndex(([from, to]) => step >= from && step <= to);
      if (at >= 0) hit.add(at);
      else if (step - last > 10) wrong++;
      last = step;
    }
    found += hit.size;
  }
  return { windows: files.reduce((sum, { windows }) => sum + windows.length, 0), found, false: wrong };
}
