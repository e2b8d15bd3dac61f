// Normalises the records of a file, one a line, from bytes to ECS bytes, and prints what it cost: `normalise_process FILE FOLDER…`, with
// the parsers of the folders. Bundled before it runs, as the server is.
import { readFileSync } from 'node:fs';
import { createNormaliser, loadParserSet } from '@tidewatch/normalize';
import { asBytes } from '../../../apps/ingest/event_record.ts';

/** What the program prints. */
export interface Normalised {
  readonly parsers: number;
  readonly records: number;
  readonly perCpuSecond: number;
  /** Records by data set. */
  readonly datasets: Readonly<Record<string, number>>;
}

const [file = '', ...folders] = process.argv.slice(2);
/** Records before the measurement, so that code is compiled as in a process that has run for a while. */
const warmUp = 20_000;
const measured = 100_000;

const { dispatch, entries, faults } = await loadParserSet({ own: [], shipped: folders, resources: {} });
if (faults.length > 0) throw new Error(JSON.stringify(faults));
const normalise = createNormaliser({ timeZone: 'UTC', parsers: () => dispatch });
const bytes = readFileSync(file);
const lines: Uint8Array[] = [];
for (let at = 0; at < bytes.length; at = bytes.indexOf(10, at) + 1)
  lines.push(bytes.subarray(at, bytes.indexOf(10, at)));
const datasets = new Map<string, number>();
const hints = {};
let offset = 0;

function run(records: number): void {
  for (let i = 0; i < records; i++) {
    const line = lines[offset % lines.length] as Uint8Array;
    const position = { kind: 'file', fingerprint: 'bench', offset: offset++ } as const;
    const outcome = normalise(
      { bytes: line, format: 'auto', position, received: 1_796_000_000_000, hints },
      'bench',
    );
    if (outcome.status === 'ok') {
      const { dataset } = outcome.value.head;
      datasets.set(dataset, (datasets.get(dataset) ?? 0) + 1);
      asBytes(outcome.value);
    } else datasets.set(outcome.status, (datasets.get(outcome.status) ?? 0) + 1);
  }
}

run(warmUp);
datasets.clear();
const before = process.cpuUsage();
run(measured);
const { user, system } = process.cpuUsage(before);
const answer: Normalised = {
  parsers: entries.length,
  records: measured,
  perCpuSecond: measured / ((user + system) / 1e6),
  datasets: Object.fromEntries(datasets),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
