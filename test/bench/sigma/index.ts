import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../bundle.ts';
import { has } from '../../require.ts';
import { type Figure, median, spread, thousands, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { inTurn, ratios } from '../turns.ts';
import type { Evaluation } from './evaluation.ts';
import { writeEventFiles } from './files.ts';
import { httpToFindings } from './http_to_findings.ts';
import type { Loading } from './loading.ts';
import { compareMatches, copyRules, rsigmaEvaluates, tidewatchEvaluates } from './peers.ts';
import { build, runProgram } from './programs.ts';
import { placeholders, rulePaths, sigmahq, writeVariants } from './rules.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const count = 100_000;

/** The gates of the Sigma engine: S1 to S5. */
export async function sigmaBench({ rounds, only }: BenchOptions): Promise<void> {
  if (!existsSync(join(sigmahq, 'rules'))) {
    say(`SKIPPED: SigmaHQ's rules are not at ${sigmahq}; TIDEWATCH_SIGMAHQ names another folder.`);
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tidewatch-bench-sigma-'));
  const figures: Figure[] = [];
  const wanted = (id: string) => only === undefined || only.has(id);
  const add = (figure: Figure) => {
    figures.push(figure);
    say(`${figure.id} ${figure.what}: ${figure.figure} (bar: ${figure.bar ?? 'none'})`);
  };
  const files = writeEventFiles(scratch, count);
  say(
    `${thousands(count)} events of ${thousands(files.meanBytes)} bytes, ${thousands(files.meanEcsBytes)} as ECS`,
  );
  const all = { paths: rulePaths, placeholders: placeholders() };
  const evaluation = bundle(join(import.meta.dirname, 'evaluation.ts'), scratch);
  const loading = bundle(join(import.meta.dirname, 'loading.ts'), scratch);
  if (wanted('S1')) evaluationAlone();
  if (wanted('S2')) await wholeProcess();
  if (wanted('S3')) await manyRules();
  if (wanted('S4')) await load();
  if (wanted('S5')) await endToEnd();
  rmSync(scratch, { recursive: true });
  if (only === undefined) writeReport('sigma', notes, figures);

  function evaluationAlone() {
    for (const [shape, file] of [
      ['as collected', files.evtx],
      ['as ECS', files.ecs],
    ] as const) {
      const results: Evaluation[] = [];
      for (let round = 0; round < rounds; round++) results.push(runProgram(evaluation, all, file));
      const rate = results.map(({ perCpuSecond }) => perCpuSecond);
      const { rules = 0, candidates = 0, matches = 0 } = results[0] ?? {};
      add({
        id: 'S1',
        what: `evaluation alone of ${thousands(rules)} rules on Windows events ${shape}, one core, events per CPU-second`,
        figure: `${spread(rate, 0)}; ${thousands(matches)} matches`,
        bar: '≥ 30,000',
        met: median(rate) >= 30_000,
      });
      const share = (100 * candidates) / rules;
      add({
        id: 'S1',
        what: `rules run on an event ${shape}, at the median`,
        figure: `${candidates} (${share.toFixed(2)} %)`,
        bar: '≤ 1 %',
        met: share <= 1,
      });
    }
  }

  async function wholeProcess() {
    if (!has('rsigma')) return;
    build();
    const rules = copyRules(scratch);
    const cache = join(scratch, 'eval.cache');
    tidewatchEvaluates(rules, files.evtx, scratch, cache);
    const own = { cold: [] as number[], warm: [] as number[] };
    const peer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      own.cold.push(tidewatchEvaluates(rules, files.evtx, scratch));
      peer.push(rsigmaEvaluates(rules, files.flat, scratch));
      own.warm.push(tidewatchEvaluates(rules, files.evtx, scratch, cache));
      say(`  round ${round + 1}: ${own.cold.at(-1)} | ${peer.at(-1)} | ${own.warm.at(-1)}`);
    }
    for (const [what, seconds] of [
      ['', own.cold],
      [', its rules parsed by an earlier run', own.warm],
    ] as const) {
      const ratio = ratios(seconds, peer);
      add({
        id: 'S2',
        what: `from file to matches as a whole process${what}, CPU-seconds beside rsigma`,
        figure: `${spread(ratio)}x: ${median(seconds).toFixed(1)} s to ${median(peer).toFixed(1)} s`,
        bar: '< 1x, aim 0.5x',
        met: median(ratio) < 1,
      });
    }
    const matches = compareMatches(scratch);
    for (const line of matches.differing) say(`  rule ${line}`);
    add({
      id: 'S2',
      what: 'matches found by both, by Tidewatch, and by rsigma',
      figure: `${thousands(matches.both)}, ${thousands(matches.own)}, ${thousands(matches.peer)}; ${matches.differing.length} rules differ`,
    });
  }

  async function manyRules() {
    const variants = join(scratch, 'variants');
    mkdirSync(variants);
    await writeVariants(variants, 10_000 - 3_780);
    const many = { ...all, paths: [...rulePaths, variants] };
    const [own, more] = await inTurn(
      rounds,
      () => runProgram<Evaluation>(evaluation, all, files.ecs),
      () => runProgram<Evaluation>(evaluation, many, files.ecs),
    );
    const rate = (results: Evaluation[]) => results.map(({ perCpuSecond }) => perCpuSecond);
    const ratio = ratios(rate(own), rate(more));
    add({
      id: 'S3',
      what: `cost of an event with ${thousands(more[0]?.rules ?? 0)} rules beside ${thousands(own[0]?.rules ?? 0)}`,
      figure: `${spread(ratio)}x`,
      bar: '≤ 2x',
      met: median(ratio) <= 2,
    });
  }

  async function load() {
    const cache = join(scratch, 'rules.cache');
    runProgram<Loading>(loading, { ...all, cache }, files.kinds);
    const [cold, warm] = await inTurn(
      rounds,
      () => runProgram<Loading>(loading, all, files.kinds),
      () => runProgram<Loading>(loading, { ...all, cache }, files.kinds),
    );
    for (const [what, results, bar] of [
      ['from YAML', cold, 1.5],
      ['from the cache', warm, 0.3],
    ] as const) {
      const seconds = results.map(({ load }) => load.seconds);
      const cpu = median(results.map(({ load }) => load.cpu));
      const first = median(results.map((result) => result.first.seconds));
      add({
        id: 'S4',
        what: `loading ${thousands(results[0]?.rules ?? 0)} rules ${what}, seconds until events are taken`,
        figure: `${spread(seconds)}, ${cpu.toFixed(2)} CPU-seconds; ${first.toFixed(2)} more for the first event of each kind`,
        bar: `≤ ${bar}`,
        met: median(seconds) <= bar,
      });
    }
  }

  async function endToEnd() {
    const results = [];
    for (let round = 0; round < rounds; round++) results.push(await httpToFindings(80_000, all));
    const rate = results.map(({ perSecond }) => perSecond);
    add({
      id: 'S5',
      what: '2 KB Windows events, `_bulk` → ECS → log → all rules and embedded store, two cores, the sender included, events/s',
      figure: `${spread(rate, 0)}; ${median(results.map(({ cpuMicroseconds }) => cpuMicroseconds)).toFixed(0)} µs of CPU an event`,
      bar: '≥ 12,000, aim 20,000',
      met: median(rate) >= 12_000,
    });
  }
}

const notes = [
  'Events are generated from a seed (`test/bench/sigma/windows_events.ts`); rules are all of SigmaHQ. S1 and S3 count CPU time of the',
  'bundled engine in a process of its own, from the bytes of JSON to matches, threads of V8 included, after 10,000 events; S2 counts whole processes, start-up and loading',
  'included; S4 is time by the clock, without the start of the process. rsigma gets the events flat, with the one category that its',
  'routing takes; registry events are of several, are told none, and are therefore run by it against rules of other categories. S3 adds',
  'rules with SigmaHQ’s log sources, fields and conditions, and other values. S5 ends when every event is stored and has been through the',
  'detector.',
];
