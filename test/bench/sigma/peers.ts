import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crateProgram } from '../../services/install.mjs';
import { runPinned } from './programs.ts';
import { rulePaths } from './rules.ts';

/** The rules in one folder, since both take one; without placeholders, whose lists are not part of the rules. */
export function copyRules(directory: string): string {
  const folder = join(directory, 'rules');
  for (const path of rulePaths.filter((each) => !each.endsWith('-placeholder')))
    cpSync(path, join(folder, basename(path)), { recursive: true });
  return folder;
}

/** Where the matches of the last run are. */
const outputOf = (name: string, directory: string) => join(directory, `${name}.matches.ndjson`);

/** Runs the server's own bundle, without the look whether it is up to date. */
const start = `import { main } from './dist/tidewatch.mjs'; await main(process.argv.slice(1), { root: process.cwd() });`;

/**
 * CPU-seconds of `tidewatch sigma eval`, whole.
 *
 * @param cache file of parsed rules, as an earlier run left it
 */
export function tidewatchEvaluates(rules: string, events: string, directory: string, cache?: string): number {
  const output = outputOf('tidewatch', directory);
  const command = ['sigma', 'eval', '--rules', rules, '--events', events, '--output', output];
  if (cache !== undefined) command.push('--cache', cache);
  return runPinned(process.execPath, ['--input-type=module', '-e', start, '--', ...command]).seconds;
}

/** CPU-seconds of `rsigma engine eval`, whole, as it is fastest: the events say their log sources. */
export function rsigmaEvaluates(rules: string, events: string, directory: string): number {
  const command = ['engine', 'eval', '-r', rules, '-e', `@${events}`, '--input-format', 'json'];
  const routing = ['--logsource-routing', '--output-format', 'ndjson'];
  const { output, seconds } = runPinned(crateProgram('rsigma'), [...command, ...routing]);
  writeFileSync(outputOf('rsigma', directory), output);
  return seconds;
}

type Counts = ReadonlyMap<string, number>;

function count(ids: Iterable<string>): Counts {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

const lines = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/** How the matches of both compare, rule by rule, since rsigma does not say which event matched. */
export function compareMatches(directory: string): {
  own: number;
  peer: number;
  both: number;
  differing: string[];
} {
  const own = count(
    lines<{ rules: string[] }>(outputOf('tidewatch', directory)).flatMap(({ rules }) => rules),
  );
  const peer = count(lines<{ rule_id: string }>(outputOf('rsigma', directory)).map(({ rule_id }) => rule_id));
  const total = (counts: Counts) => [...counts.values()].reduce((sum, each) => sum + each, 0);
  let both = 0;
  for (const [id, matches] of own) both += Math.min(matches, peer.get(id) ?? 0);
  const differing = [...new Set([...own.keys(), ...peer.keys()])]
    .filter((id) => own.get(id) !== peer.get(id))
    .map((id) => `${id}: ${own.get(id) ?? 0} to ${peer.get(id) ?? 0}`);
  return { own: total(own), peer: total(peer), both, differing };
}
