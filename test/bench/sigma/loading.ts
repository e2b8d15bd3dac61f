// Loads rules, makes the engine ready, and prints what it took: `loading OPTIONS EVENTS`. EVENTS is a file with an event of every kind.
import { readFileSync } from 'node:fs';
import { createSigmaEngine, enableLinearRegExpFallback, loadRules } from '@tidewatch/sigma';

/** What the program prints. */
export interface Loading {
  readonly rules: number;
  /** Reading, parsing and compiling, until the engine takes events. */
  readonly load: Taken;
  /** The first event of each kind, which makes the indexes of their log sources. */
  readonly first: Taken;
}

interface Taken {
  readonly seconds: number;
  /** CPU-seconds, of all threads. */
  readonly cpu: number;
}

const [options = '{}', file = ''] = process.argv.slice(2);
const events = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
enableLinearRegExpFallback();

let began = { at: performance.now(), cpu: process.cpuUsage() };
const lap = (): Taken => {
  const { user, system } = process.cpuUsage(began.cpu);
  const seconds = (performance.now() - began.at) / 1000;
  began = { at: performance.now(), cpu: process.cpuUsage() };
  return { seconds, cpu: (user + system) / 1e6 };
};

lap();
const { rules } = await loadRules(JSON.parse(options));
const { evaluate } = createSigmaEngine(rules);
const load = lap();
for (const event of events) evaluate(event);
const answer: Loading = { rules: rules.length, load, first: lap() };
process.stdout.write(`${JSON.stringify(answer)}\n`);
