// `npm run bench -- NAME [--rounds N] [--only P1,P4]`: measures, and writes the figures to docs/benchmarks.md.
import { parseArgs } from 'node:util';
import { consoleBench } from './console/index.ts';
import { forecastBench } from './forecast/index.ts';
import { ingestBench } from './ingest/index.ts';
import { modelsBench } from './models/index.ts';
import { normalizeBench } from './normalize/index.ts';
import { sigmaBench } from './sigma/index.ts';
import { storeBench } from './store/index.ts';

/** What a bench is told. */
export interface BenchOptions {
  /** Repetitions of each paired measurement. */
  readonly rounds: number;
  /** Measurements to run; undefined means all, and only then are the figures written down. */
  readonly only?: ReadonlySet<string>;
}

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  console: consoleBench,
  forecast: forecastBench,
  ingest: ingestBench,
  models: modelsBench,
  normalize: normalizeBench,
  sigma: sigmaBench,
  store: storeBench,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' } },
});
const [name = ''] = positionals;
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(
    `Usage: npm run bench -- ${Object.keys(benches).join('|')} [--rounds N] [--only P1,P4]\n`,
  );
  process.exit(2);
}
await bench({
  rounds: Number(values.rounds),
  ...(values.only === undefined ? {} : { only: new Set(values.only.split(',')) }),
});
