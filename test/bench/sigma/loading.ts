// Loads rules, makes the engine ready, and prints the CPU-seconds: `loading OPTIONS EVENTS`. EVENTS is a file with an event of every kind.
import { readFileSync } from 'node:fs';
import { createSigmaEngine, enableLinearRegExpFallback, loadRules } from '@tidewatch/sigma';

/** What the program prints, in CPU-seconds. */
export interface Loading {
  readonly rules: number;
  /** Reading and parsing. */
  readonly load: number;
  /** Until the engine takes events. */
  readonly engine: number;
  /** The first event of each kind, which makes the indexes of their log sources. */
  readonly first: number;
}

const [options = '{}', file = ''] = process.argv.slice(2);
const events = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
enableLinearRegExpFallback();

let last = process.cpuUsage();
const lap = (): number => {
  const { user, system } = process.cpuUsage(last);
  last = process.cpuUsage();
  return (user + system) / 1e6;
};

lap();
const { rules } = await loadRules(JSON.parse(options));
const load = lap();
const { evaluate } = createSigmaEngine(rules);
const engine = lap();
for (const event of events) evaluate(event);
const answer: Loading = { rules: rules.length, load, engine, first: lap() };
process.stdout.write(`${JSON.stringify(answer)}\n`);
