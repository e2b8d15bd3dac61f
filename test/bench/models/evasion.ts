import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonical,
  Evasion,
  editKinds,
  type LineTypeName,
  lineTypeNames,
  lineTypes,
  makePositives,
  rulesAbout,
  trainEvasion,
} from '@tidewatch/evasion';
import { Random } from '@tidewatch/forest';
import { createSigmaEngine, loadRules, type SigmaRule } from '@tidewatch/sigma';
import { median, thousands } from '../report.ts';
import { sigmahq } from '../sigma/rules.ts';
import { benignLines } from './benign_lines.ts';
import { linearBench } from './svm_parity.ts';

type Add = (id: string, what: string, figure: string, bar?: string, met?: boolean) => void;

/** Settings were chosen on seeds 1, 2 and 77. */
const seeds = { train: 201, benign: 202, evasions: 203, draws: 204 } as const;
const trainedLines = 20_000;
/** Of other types. */
const otherLines = 8_000;
const perRule = 16;
const draws = 1_000;

/** The bars of evasions: E1 to E5. */
export async function evasionBench(rounds: number, wanted: (id: string) => boolean, add: Add): Promise<void> {
  linearBench(rounds, wanted, add);
  if (!['E1', 'E2', 'E3'].some(wanted)) return;
  const folder = join(sigmahq, 'rules');
  if (!existsSync(folder)) {
    process.stdout.write(
      `SKIPPED: E1 to E3: no rules at ${folder}; TIDEWATCH_SIGMAHQ names another folder.\n`,
    );
    return;
  }
  const { rules } = await loadRules({ paths: [folder] });
  const trainedOn = benignLines(trainedLines, seeds.train);
  const begun = process.cpuUsage();
  const { model, counts } = await trainEvasion(rules, {
    type: 'process',
    benign: trainedOn,
    seed: seeds.train,
    perRule,
  });
  const training = secondsSince(begun);
  const evasion = new Evasion(model);
  const about = rulesAbout(rules, 'process');

  const known = new Set(trainedOn.map((line) => canonical(line)));
  const engine = createSigmaEngine(about);
  const benign = benignLines(2 * trainedLines, seeds.benign).filter(
    (line) => !known.has(canonical(line)) && engine.evaluate(lineTypes.process.event(line)).length === 0,
  );
  const options = { perRule, random: new Random(seeds.train) };
  const before = new Set((await makePositives(about, lineTypes.process, options)).map((made) => made.before));
  const made = await makePositives(about, lineTypes.process, {
    perRule: 6,
    random: new Random(seeds.evasions),
  });
  const evasions = made.filter((one) => !before.has(one.before));

  if (wanted('E1')) {
    quality();
    for (const type of lineTypeNames) if (type !== 'process') await otherType(rules, type, add);
  }
  if (wanted('E2')) attribution();
  if (wanted('E3')) speed();

  function quality() {
    const isFound = (lines: readonly string[]) =>
      evasion.score(lines).map(({ verdict }) => (verdict === 'evasion' ? 1 : 0));
    const lines = evasions.map(({ line }) => line);
    const found = isFound(lines);
    const wrong = mean(isFound(benign));
    const recall = mean(found);
    const of = `${thousands(evasions.length)} edited lines of ${thousands(counts.rules)} SigmaHQ rules`;
    add('E1', `${of}: recall`, percent(found), '≥ 90 %', recall >= 0.9);
    add(
      'E1',
      `${thousands(benign.length)} unseen benign lines: called evasions`,
      percent(isFound(benign)),
      '≤ 2 %',
      wrong <= 0.02,
    );
    const highest = evasion.score(benign).reduce((most, { score }) => Math.max(most, score), 0);
    add(
      'E1',
      'recall with no benign line called an evasion',
      percent(evasion.score(lines).map(({ score }) => (score > highest ? 1 : 0))),
    );
    const padding = benignLines(lines.length, seeds.draws);
    const padded = isFound(lines.map((line, i) => `${line} ${padding[i]}`));
    const kept = mean(padded) / recall;
    add(
      'E1',
      'recall with a benign line appended, beside that without',
      kept.toFixed(3),
      '≥ 0.8',
      kept >= 0.8,
    );
    for (const kind of editKinds) {
      const ofKind = found.filter((_, i) => evasions[i]?.edits.includes(kind));
      if (ofKind.length > 0) add('E1', `recall of ${kind}, ${ofKind.length} lines`, percent(ofKind));
    }
    add(
      'E1',
      `training: ${thousands(rules.length)} rules, ${thousands(trainedLines)} lines, CPU`,
      `${training.toFixed(1)} s`,
    );
  }

  function attribution() {
    const ranks = evasions.map(({ line, rule }) =>
      evasion.attribute(line).rules.findIndex(({ id }) => id === rule),
    );
    add(
      'E2',
      'the rule that would have caught the line is the nearest',
      percent(ranks.map((rank) => (rank === 0 ? 1 : 0))),
    );
    add('E2', 'it is among the nearest ten', percent(ranks.map((rank) => (rank >= 0 ? 1 : 0))));
  }

  function speed() {
    const lines = [...benign.slice(0, 20_000), ...evasions.map(({ line }) => line)];
    const rate = (work: (evasion: Evasion) => void) =>
      median(
        Array.from({ length: rounds }, () => {
          // One that has read other lines, as one at work has: what it remembers of these would be no work.
          const warm = new Evasion(model);
          warm.score(trainedOn);
          const began = process.cpuUsage();
          work(warm);
          return lines.length / secondsSince(began);
        }),
      );
    const scores = rate((warm) => warm.score(lines));
    add('E3', 'scores a second of CPU', thousands(scores), '≥ 100,000', scores >= 100_000);
    const attributions = rate((warm) => {
      for (const line of lines) warm.attribute(line);
    });
    add('E3', 'attributions a second of CPU', thousands(attributions), '≥ 20,000', attributions >= 20_000);
  }
}

/** The same protocol for lines that are no command lines. */
async function otherType(rules: readonly SigmaRule[], type: LineTypeName, add: Add): Promise<void> {
  const trainedOn = benignLines(otherLines, seeds.train, type);
  const { model, counts } = await trainEvasion(rules, {
    type,
    benign: trainedOn,
    seed: seeds.train,
    perRule,
  });
  const evasion = new Evasion(model);
  const about = rulesAbout(rules, type);
  const known = new Set(trainedOn.map((line) => canonical(line)));
  const engine = createSigmaEngine(about);
  const benign = benignLines(otherLines, seeds.benign, type).filter(
    (line) => !known.has(canonical(line)) && engine.evaluate(lineTypes[type].event(line)).length === 0,
  );
  const made = (seed: number, most: number) =>
    makePositives(about, lineTypes[type], { perRule: most, random: new Random(seed) });
  const before = new Set((await made(seeds.train, perRule)).map((one) => one.before));
  const evasions = (await made(seeds.evasions, 6)).filter((one) => !before.has(one.before));
  const isFound = (lines: readonly string[]) =>
    evasion.score(lines).map(({ verdict }) => (verdict === 'evasion' ? 1 : 0));
  const what = `${type}: ${thousands(evasions.length)} edited lines of ${thousands(counts.rules)} SigmaHQ rules`;
  add('E1', `${what}: recall`, percent(isFound(evasions.map(({ line }) => line))));
  add(
    'E1',
    `${type}: ${thousands(benign.length)} unseen benign lines: called evasions`,
    percent(isFound(benign)),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A share, and where 95 % of its bootstrap's draws lie. */
function percent(values: readonly number[]): string {
  const random = new Random(seeds.draws);
  const means = Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++)
      sum += values[Math.floor(random.next() * values.length)] as number;
    return sum / values.length;
  }).sort((a, b) => a - b);
  const show = (value: number | undefined) => (100 * (value ?? Number.NaN)).toFixed(1);
  return `${show(mean(values))} % (${show(means[Math.floor(0.025 * draws)])} to ${show(means[Math.floor(0.975 * draws)])})`;
}

function secondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}
