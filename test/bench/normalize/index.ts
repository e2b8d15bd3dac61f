import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../bundle.ts';
import { root } from '../../require.ts';
import { writeLogFiles } from '../ingest/files.ts';
import { lognormParses, tidewatchParses } from '../ingest/parse.ts';
import { type Figure, median, spread, thousands, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { inTurn, ratios } from '../turns.ts';
import { enrichFigures } from './enrich.ts';
import type { Normalised } from './normalise_process.ts';
import type { ParserCosts } from './parser_costs_process.ts';
import { pseudonymFigures } from './pseudonyms.ts';
import { writeMixedRecords, writeParsers, writeWindowsEvents } from './records.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const shipped = join(root, 'parsers');

/** The gates of normalisation: N1 to N4, and those of enrichment. */
export async function normalizeBench({ rounds, only }: BenchOptions): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'tidewatch-bench-normalize-'));
  const figures: Figure[] = [];
  const wanted = (id: string) => only === undefined || only.has(id);
  const add = (figure: Figure) => {
    figures.push(figure);
    say(`${figure.id} ${figure.what}: ${figure.figure} (bar: ${figure.bar ?? 'none'})`);
  };
  const program = bundle(join(import.meta.dirname, 'normalise_process.ts'), scratch);
  const normalise = (file: string, ...folders: string[]) => run<Normalised>(program, file, ...folders);
  try {
    if (wanted('N1')) await besideLiblognorm();
    if (wanted('N2')) await windows();
    if (wanted('N3')) await manyParsers();
    if (wanted('N4')) parserCosts();
    if (wanted('V'))
      for (const figure of pseudonymFigures(
        run(bundle(join(import.meta.dirname, 'pseudonyms_process.ts'), scratch)),
      ))
        add(figure);
    if (wanted('E')) for (const figure of enrichFigures()) add(figure);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  if (only === undefined) writeReport('normalize', notes, figures);

  async function besideLiblognorm() {
    const files = writeLogFiles(scratch, 500_000);
    const [own, peer] = await inTurn(
      rounds,
      () => tidewatchParses(files, [shipped]),
      () => lognormParses(files),
    );
    for (const kind of ['sshd', 'nginx'] as const) {
      const mine = own.map((parsed) => parsed[kind]);
      const theirs = peer.map((parsed) => parsed[kind]);
      const ratio = ratios(mine, theirs);
      add({
        id: 'N1',
        what: `${kind} lines → ECS bytes, all shipped parsers loaded, lines per CPU-second beside liblognorm’s JSON`,
        figure: `${spread(ratio)}x: ${thousands(median(mine))} to ${thousands(median(theirs))}`,
        bar: '≥ 0.7x',
        met: median(ratio) >= 0.7,
      });
    }
  }

  async function windows() {
    const { evtx, winlogbeat, meanBytes } = await writeWindowsEvents(scratch, 20_000);
    const [dumped, shippedEvents] = await inTurn(
      rounds,
      () => normalise(evtx, shipped).perCpuSecond,
      () => normalise(winlogbeat, shipped).perCpuSecond,
    );
    for (const [shape, rates] of [
      ['evtx_dump', dumped],
      ['winlogbeat', shippedEvents],
    ] as const)
      add({
        id: 'N2',
        what: `Windows events of ${Math.round(meanBytes)} bytes as ${shape} writes them → ECS bytes, events per CPU-second`,
        figure: spread(rates, 0),
        bar: '≥ 40,000',
        met: median(rates) >= 40_000,
      });
  }

  async function manyParsers() {
    const file = join(scratch, 'mixed');
    writeMixedRecords(file, 20_000, 10);
    const [few, many] = [join(scratch, 'few'), join(scratch, 'many')];
    writeParsers(few, 10);
    writeParsers(many, 300);
    const [one, other] = await inTurn(
      rounds,
      () => normalise(file, few).perCpuSecond,
      () => normalise(file, many).perCpuSecond,
    );
    const cost = ratios(one, other);
    add({
      id: 'N3',
      what: 'cost of a record with 300 parsers loaded beside 10',
      figure: `${spread(cost)}x: ${thousands(median(other))} to ${thousands(median(one))} records per CPU-second`,
      bar: '≤ 1.2x',
      met: median(cost) <= 1.2,
    });
  }

  function parserCosts() {
    const costs = run<ParserCosts>(
      bundle(join(import.meta.dirname, 'parser_costs_process.ts'), scratch),
      shipped,
    );
    const ranked = Object.entries(costs).sort(([, a], [, b]) => a - b);
    for (const [name, rate] of ranked) say(`  ${name}: ${thousands(rate)}`);
    const slowest = ranked.slice(0, 3).map(([name, rate]) => `${name} ${thousands(rate)}`);
    add({
      id: 'N4',
      what: `records of the tests beside ${ranked.length} shipped parsers, records per CPU-second of each`,
      figure: `median ${thousands(median(Object.values(costs)))}; slowest ${slowest.join(', ')}`,
    });
  }
}

/** What a bundled program prints, on a core of its own. */
function run<T>(program: string, ...args: string[]): T {
  const { status, stdout, stderr } = spawnSync('taskset', ['-c', '0', process.execPath, program, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const notes = [
  'N1 compares single processes of 500,000 lines as P2 does, start-up and the loading of parsers included. N2 and N3 count CPU time in a process of its own, threads of V8 and',
  'collection of garbage included, after 20,000 records; events are those of the bench of rules. N3 reads a mix of lines and documents, a fifth each',
  'of sshd, nginx, and what made-up parsers find by program, by text and by member. N4 runs through the records of each parser’s tests.',
];
