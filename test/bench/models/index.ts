import { type Figure, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { detectorsBench } from './detectors.ts';
import { evasionBench } from './evasion.ts';
import { featuresBench } from './features.ts';
import { type Add, forestBench } from './forest.ts';
import { onnxBench } from './onnx.ts';

/**
 * The bars of models in five tables, each written as soon as it has been measured whole: forests (R1 to R8), detectors of many
 * entities (D1 to D3), evasions (E1 to E5), ONNX models (O1, O2), features (F1, F2). `--only R` measures all of a table.
 */
export async function modelsBench({ rounds, only }: BenchOptions): Promise<void> {
  const wanted = (id: string) => only === undefined || only.has(id) || only.has(id.charAt(0));
  for (const { letter, name, notes, measure } of tables) {
    const figures: Figure[] = [];
    await measure(rounds, wanted, (id, what, figure, bar, met) => {
      figures.push({ id, what, figure, ...(bar === undefined || met === undefined ? {} : { bar, met }) });
      process.stdout.write(`${id} ${what}: ${figure} (bar: ${bar ?? 'none'})\n`);
    });
    if (only === undefined || only.has(letter)) writeReport(name, notes, figures);
  }
}

interface Table {
  /** Its measurements' ids begin with it. */
  readonly letter: string;
  /** Its place in `docs/benchmarks.md`. */
  readonly name: string;
  readonly notes: readonly string[];
  readonly measure: (rounds: number, wanted: (id: string) => boolean, add: Add) => Promise<void>;
}

const tables: readonly Table[] = [
  {
    letter: 'R',
    name: 'models-forests',
    notes: [
      'R1 and R2 count CPU time, threads of V8 and of Java’s compiler and collector included, in the last 20,000 of 60,000 steps; runs',
      'alternate. Java is `randomcutforest-core` and `-parkservices` 4.4.0 from Maven Central; the plugin’s settings are those of OpenSearch’s',
      'anomaly detection (30 trees of 256, no boxes, decay 0.0001). Series follow from seeds. NAB’s files are where `TIDEWATCH_NAB` says.',
      'R6: twelve series of ten days of each kind, on seeds that no setting was chosen by, with three seeds of the forest; the first two days are learnt from.',
      'R7: three times 30,000 steps, of which one in a thousand is to be worth a look; R8: what is off is one of ten features.',
    ],
    measure: forestBench,
  },
  {
    letter: 'D',
    name: 'models-detectors',
    notes: [
      'CPU time in one thread, at best; a forest has seen 2,500 intervals. Entities that are known and not active have no',
      'forest. Points a second leave out that each forest is saved whole once in some 32 intervals.',
    ],
    measure: async (_rounds, wanted, add) => detectorsBench(wanted, add),
  },
  {
    letter: 'E',
    name: 'models-evasion',
    notes: [
      'E1 to E3: lines of our own making (`benign_lines.ts`) that no rule catches, distinct and none of those trained on; edited lines that the engine',
      'misses, made from other lines than those trained on, of the same rules and by the same kinds of edits. Intervals are of 1,000 bootstrap draws.',
    ],
    measure: evasionBench,
  },
  {
    letter: 'O',
    name: 'models-onnx',
    notes: [
      'O1 counts CPU time of both threads; the model has 64 features, 25,000 weights and random ones, and four calls are under way. O2 is by the clock.',
    ],
    measure: onnxBench,
  },
  {
    letter: 'F',
    name: 'models-features',
    notes: [],
    measure: async (_rounds, wanted, add) => featuresBench(wanted, add),
  },
];
