import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { RuleFault } from '@tidewatch/api/schemas';
import type { RuleInfo } from '@tidewatch/detector';
import { namesOf } from '@tidewatch/sigma';
import { documentsOf } from '../adapters.ts';
import { keptName, keptRuleFiles, keptRuleFolder, parseDocuments } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { configuredRules } from './rule_sources.ts';

/**
 * Loads the rules as they would be if the file of a name said something else, in a thread of its own. Of a large set it
 * takes what has to do with the file; where that finds a fault in how rules fit together, all of it has the last word.
 *
 * @param before what it says now
 * @param text null where it is to be deleted
 * @returns what would be rejected in it, or else what would be rejected elsewhere because of it
 */
export async function tryRules(
  runtime: Runtime,
  name: string,
  before: string | undefined,
  text: string | null,
): Promise<RuleFault[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-trial-'));
  try {
    const draft = join(folder, `${name}.yml`);
    if (text !== null) await writeFile(draft, text);
    const drafts = text === null ? [] : [draft];
    const sources = [before, text ?? undefined].filter((source) => source !== undefined);
    const kept = keptRuleFolder(runtime.config.data) + sep;
    const known = rulesInForce(runtime).filter(({ file }) => !file.startsWith(kept));
    const own = [...(await otherFiles(runtime, name)), ...drafts];
    const load = (paths: readonly string[]) => tryPaths(runtime, [...paths, ...own], sources, draft);
    const configured = runtime.config.rules.paths;
    if (known.length === 0) return await load(configured);
    const related = relatedFiles(known, sources);
    if (related === undefined) return await load(configured);
    const faults = await load(related);
    const isOfItself = text !== null && parseDocuments(text).rejected.length > 0;
    return faults.length === 0 || isOfItself ? faults : await load(configured);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const rulesInForce = ({ parts }: Runtime): readonly RuleInfo[] => parts.detector?.loaded().rules ?? [];

async function tryPaths(
  runtime: Runtime,
  paths: readonly string[],
  sources: readonly string[],
  draft: string,
): Promise<RuleFault[]> {
  const { loadInThread } = await import('@tidewatch/detector');
  const { rules } = await loadInThread(workers.detector, {
    ...configuredRules(runtime.config, runtime.options.root),
    paths,
    select: 'all',
    focus: sources.flatMap(namesIn),
  });
  const rejected = rules.filter(({ state }) => state === 'rejected');
  if (rejected.length === 0) return [];
  const own = rejected.filter(({ file }) => file === draft);
  // What fails elsewhere may fail only because this does.
  const inForce = new Set(rulesInForce(runtime).filter(isLoaded).map(placeOf));
  const faults = own.length > 0 ? own : rejected.filter((rule) => inForce.has(placeOf(rule)));
  return faults.map((rule) => faultOf(rule, draft));
}

/** Each is looked for in the text of every rule, and everything else waits meanwhile. */
const mostWords = 30;

/**
 * Files of rules that some documents, or what builds on them, name, or which name them; in the order of the rules.
 * Undefined where they name too many to look for them.
 */
export function relatedFiles(
  known: readonly Pick<RuleInfo, 'file' | 'source'>[],
  sources: readonly string[],
): string[] | undefined {
  const texts = new Map(known.map(({ file, source }) => [file, source]));
  const related = new Set<string>();
  const words = new Set(sources.flatMap((source) => [...namesIn(source), ...namedBy(source)]));
  // What is added is visited, too.
  for (const word of words) {
    if (words.size > mostWords) return undefined;
    for (const [file, source] of texts)
      if (!related.has(file) && source.includes(word)) {
        related.add(file);
        if (source.includes('correlation')) for (const name of namedBy(source)) words.add(name);
      }
  }
  return [...texts.keys()].filter((file) => related.has(file));
}

/** All rules that are kept but for the file of this name. */
async function otherFiles({ adapters, config }: Runtime, name: string): Promise<string[]> {
  const documents = documentsOf(adapters);
  return (await keptRuleFiles(config.data)).filter((file) => keptName(documents, file) !== name);
}

/** What correlations call the rules of a file by. */
function namesIn(source: string): string[] {
  const { rules, correlations } = parseDocuments(source);
  return [...rules, ...correlations].flatMap(namesOf);
}

/** What a file says of rules that may be elsewhere. */
function namedBy(source: string): string[] {
  const { correlations, filters } = parseDocuments(source);
  return [
    ...correlations.flatMap(({ rules }) => rules),
    ...filters.flatMap(({ id, rules }) => [id, ...(rules ?? [])]),
  ];
}

const isLoaded = ({ state }: Pick<RuleInfo, 'state'>): boolean => state === 'loaded';
const placeOf = ({ file, id }: Pick<RuleInfo, 'file' | 'id'>): string => `${file}\n${id}`;

function faultOf({ id, title, file, line, column, reason = '' }: RuleInfo, draft: string): RuleFault {
  const why = reason.replace(/^line \d+: /, '').replaceAll(draft, 'this file');
  if (file !== draft) return { id, title, reason: `${title} (${id}) would be rejected then. ${why}` };
  return {
    ...(id.startsWith(draft) ? {} : { id }),
    ...(title === draft ? {} : { title }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    reason: why,
  };
}
