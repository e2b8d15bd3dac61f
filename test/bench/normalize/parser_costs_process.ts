// Normalises the records of shipped parsers' tests over and over, and prints records per CPU-second of each: `parser_costs_process
// FOLDER`. Bundled before it runs, as the server is.
import { readFileSync } from 'node:fs';
import { createNormaliser, loadParserSet, parserTestFile, testFileOf } from '@tidewatch/normalize';
import { validateYaml } from '@tidewatch/plugin';

/** What the program prints: records per CPU-second by parser. */
export type ParserCosts = Readonly<Record<string, number>>;

const [folder = ''] = process.argv.slice(2);
const warmUp = 2_000;
const measured = 10_000;

const { dispatch, entries } = await loadParserSet({ own: [], shipped: [folder], resources: {} });
const normalise = createNormaliser({ timeZone: 'UTC', parsers: () => dispatch });
const costs: Record<string, number> = {};
for (const { parser } of entries) {
  const read = validateYaml(readFileSync(testFileOf(parser.file), 'utf8'), parserTestFile);
  if (!read.ok) throw new Error(`${parser.file} has tests that are not right.`);
  const records = read.value.tests.flatMap(({ line, document, dataset, source }) =>
    line === undefined && document === undefined
      ? []
      : [
          {
            bytes: Buffer.from(line ?? JSON.stringify(document)),
            hints: dataset === undefined ? {} : { dataset },
            source,
          },
        ],
  );
  if (records.length === 0) continue;
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const { bytes, hints, source } = records[i % records.length] as (typeof records)[0];
      const position = { kind: 'file', fingerprint: 'bench', offset: i } as const;
      normalise({ bytes, format: 'auto', position, received: 1_796_000_000_000, hints }, source);
    }
  };
  run(warmUp);
  const before = process.cpuUsage();
  run(measured);
  const { user, system } = process.cpuUsage(before);
  costs[parser.name] = measured / ((user + system) / 1e6);
}
process.stdout.write(`${JSON.stringify(costs)}\n`);
