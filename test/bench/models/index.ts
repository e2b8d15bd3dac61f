import { type Figure, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { forestBench } from './forest.ts';

/** The bars of models: forests and detectors (R1 to R6). */
export async function modelsBench({ rounds, only }: BenchOptions): Promise<void> {
  const figures: Figure[] = [];
  const wanted = (id: string) => only === undefined || only.has(id);
  await forestBench(rounds, wanted, (id, what, figure, bar, met) => {
    figures.push({ id, what, figure, ...(bar === undefined || met === undefined ? {} : { bar, met }) });
    process.stdout.write(`${id} ${what}: ${figure} (bar: ${bar ?? 'none'})\n`);
  });
  if (only === undefined) writeReport('models', notes, figures);
}

const notes = [
  'R1 and R2 count CPU time, threads of V8 and of Java’s compiler and collector included, in the last 20,000 of 60,000 steps; runs',
  'alternate. Java is `randomcutforest-core` and `-parkservices` 4.4.0 from Maven Central; the plugin’s settings are those of OpenSearch’s',
  'anomaly detection (30 trees of 256, no boxes, decay 0.0001). Series follow from seeds. NAB’s files are where `TIDEWATCH_NAB` says.',
];
