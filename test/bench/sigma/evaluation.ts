// Runs rules over the bytes of events and prints what it cost, their JSON's reading included: `evaluation OPTIONS EVENTS`, where OPTIONS is the JSON of
// `loadRules`' options. Bundled before it runs, as the server is.
import { readFileSync } from 'node:fs';
import { createSigmaEngine, enableLinearRegExpFallback, loadRules } from '@tidewatch/sigma';
import { createCandidateCounter } from './candidates.ts';

/** What the program prints. */
export interface Evaluation {
  readonly rules: number;
  readonly events: number;
  readonly matches: number;
  readonly perCpuSecond: number;
  /** Rules that were run on an event, at the median of the events. */
  readonly candidates: number;
}

const [options = '{}', file = ''] = process.argv.slice(2);
const perBatch = 1_000;
const warmUp = 10_000;
const counted = 20_000;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

enableLinearRegExpFallback();
const { rules } = await loadRules(JSON.parse(options));
const engine = createSigmaEngine(rules);
const countCandidates = createCandidateCounter(rules);
const bytes = readFileSync(file);
const candidates: number[] = [];
let events = 0;
let matches = 0;
let seconds = 0;
for (let at = 0; at < bytes.length; ) {
  const batch: Uint8Array[] = [];
  for (; batch.length < perBatch && at < bytes.length; at = bytes.indexOf(10, at) + 1)
    batch.push(bytes.subarray(at, bytes.indexOf(10, at)));
  if (events < counted) for (const event of batch) candidates.push(countCandidates(event));
  const before = cpuSeconds();
  for (const event of batch) matches += engine.evaluate(event)?.length ?? 0;
  // Compiled code and the indexes of the log sources, as in a process that has run for a while.
  if (events >= warmUp) seconds += cpuSeconds() - before;
  events += batch.length;
}
candidates.sort((a, b) => a - b);
const answer: Evaluation = {
  rules: rules.length,
  events,
  matches,
  perCpuSecond: (events - warmUp) / seconds,
  candidates: candidates[candidates.length >> 1] ?? 0,
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
