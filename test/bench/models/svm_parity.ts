import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SparseRows, solveLinear } from '@tidewatch/evasion';
import { Random } from '@tidewatch/forest';
import { install, wheelProgram } from '../../services/install.mjs';
import { median, spread } from '../report.ts';

type Add = (id: string, what: string, figure: string, bar?: string, met?: boolean) => void;

const [count, width] = [10_000, 256];
const seeds = [204, 205, 206] as const;

/** The linear machine: how long it takes (E4), and whether it says what scikit-learn's LinearSVC says (E5). */
export function linearBench(rounds: number, wanted: (id: string) => boolean, add: Add): void {
  if (wanted('E4')) {
    const { rows, labels } = sparseRows(count, seeds[0]);
    const seconds = median(Array.from({ length: rounds }, () => ours(rows, labels).seconds));
    add('E4', 'linear machine on 10,000 × 256 sparse, CPU', `${seconds.toFixed(2)} s`, '≤ 2 s', seconds <= 2);
  }
  if (wanted('E5')) parity(add);
}

/** Trained on the first half of the rows, judged on the second. */
function parity(add: Add): void {
  install(['python']);
  const runs = seeds.map((seed) => {
    const { rows, labels } = sparseRows(2 * count, seed);
    const own = ours(rows, labels.subarray(0, count));
    const peer = theirs(rows, labels);
    const said = Int8Array.from({ length: count }, (_, i) => sideOf(own.model, rows, count + i));
    const right = (side: ArrayLike<number>) => shareOf((i) => side[i] === labels[count + i]);
    return {
      same: 100 * shareOf((i) => said[i] === peer.labels[i]),
      accuracy: 100 * right(said),
      theirs: 100 * right(peer.labels),
      seconds: own.seconds,
      peerSeconds: peer.seconds,
    };
  });
  const of = (key: keyof (typeof runs)[number]) => runs.map((run) => run[key]);
  add(
    'E5',
    'labels of 10,000 unseen rows as scikit-learn’s LinearSVC 1.9.1 has them, least of three seeds',
    `${Math.min(...of('same')).toFixed(2)} %`,
    '≥ 99.5 %',
    Math.min(...of('same')) >= 99.5,
  );
  const apart = Math.max(...runs.map(({ accuracy, theirs }) => Math.abs(accuracy - theirs)));
  add(
    'E5',
    `accuracy, median ${median(of('accuracy')).toFixed(2)} %, theirs ${median(of('theirs')).toFixed(2)} %: most they differ`,
    `${apart.toFixed(2)} points`,
    '≤ 0.5',
    apart <= 0.5,
  );
  add('E5', 'training on 10,000 × 256, CPU seconds: own', spread(of('seconds')));
  add('E5', 'the same: LinearSVC', spread(of('peerSeconds')));
}

/** Rows of a few ones, labelled by a hidden plane, a twentieth of them wrongly. */
function sparseRows(many: number, seed: number): { rows: SparseRows; labels: Int8Array } {
  const random = new Random(seed);
  const plane = Array.from({ length: width }, () => random.next() - 0.5);
  const columns: number[] = [];
  const starts = new Int32Array(many + 1);
  const labels = new Int8Array(many);
  for (let row = 0; row < many; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++)
      if (random.next() < 0.08) {
        columns.push(column);
        sum += plane[column] as number;
      }
    starts[row + 1] = columns.length;
    labels[row] = sum > 0 === random.next() < 0.95 ? 1 : -1;
  }
  const values = new Float64Array(columns.length).fill(1);
  return { rows: { starts, columns: Int32Array.from(columns), values }, labels };
}

function ours(rows: SparseRows, labels: Int8Array) {
  const began = process.cpuUsage();
  const model = solveLinear(rows, labels, { width });
  const { user, system } = process.cpuUsage(began);
  return { model, seconds: (user + system) / 1e6 };
}

/** LinearSVC as it is by default, in a process of its own. */
function theirs({ starts, columns }: SparseRows, labels: Int8Array) {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-svm-'));
  try {
    const parts = { starts, columns, labels };
    for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(parts))
      writeFileSync(join(folder, name), Buffer.from(buffer, byteOffset, byteLength));
    const peer = fileURLToPath(new URL('peers/linear_svc.py', import.meta.url));
    const seconds = execFileSync(wheelProgram('python'), [peer, folder, `${count}`, `${width}`], {
      encoding: 'utf8',
    });
    return { seconds: Number(seconds), labels: new Int8Array(readFileSync(join(folder, 'said'))) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sideOf(
  { weights, bias }: ReturnType<typeof solveLinear>,
  { starts, columns }: SparseRows,
  row: number,
): 1 | -1 {
  let sum = bias;
  for (let at = starts[row] as number; at < (starts[row + 1] as number); at++)
    sum += weights[columns[at] as number] as number;
  return sum > 0 ? 1 : -1;
}

function shareOf(holds: (i: number) => boolean): number {
  let sum = 0;
  for (let i = 0; i < count; i++) if (holds(i)) sum++;
  return sum / count;
}
