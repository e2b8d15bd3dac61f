import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleFault } from '@tidewatch/api/schemas';
import type { RuleInfo, RuleStatus } from '@tidewatch/detector';
import { deferring, parseRuleFile } from '@tidewatch/sigma';
import { documentsOf } from './adapters.ts';
import { keptRuleFolder, keyOfRule } from './documents.ts';
import { ruleSources } from './rule_sources.ts';
import type { Runtime } from './runtime.ts';
import { workers } from './workers.ts';

/** Documents of a file by their kinds, also those with placeholders that only a pipeline fills. */
export const documentsIn = (source: string, file = 'the rule') =>
  parseRuleFile(source, file, deferring(new Map()));

/**
 * Loads the rules as they would be if the file of a name said something else, in a thread of its own.
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
    const { only: _, ...sources } = ruleSources(runtime);
    const drafts = text === null ? [] : [draft];
    const kept = keptRuleFolder(runtime.config.data);
    const others = await otherFiles(runtime, kept, name);
    const { loadInThread } = await import('@tidewatch/detector');
    const { rules } = await loadInThread(workers.detector, {
      ...sources,
      paths: sources.paths.flatMap((path) => (path === kept ? [...others, ...drafts] : [path])),
      always: [...(sources.always ?? []), ...drafts],
      focus: [before, text ?? undefined].flatMap(namesIn),
    });
    const inForce = new Set((runtime.parts.detector?.rules() ?? []).filter(isLoaded).map(placeOf));
    const rejected = rules.filter(({ state }) => state === 'rejected');
    const own = rejected.filter(({ file }) => file === draft);
    // What fails elsewhere may fail only because this does.
    const faults = own.length > 0 ? own : rejected.filter((rule) => inForce.has(placeOf(rule)));
    return faults.map((rule) => faultOf(rule, draft));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All that is kept in the folder but for the file of this name. */
async function otherFiles({ adapters }: Runtime, folder: string, name: string): Promise<string[]> {
  const documents = documentsOf(adapters);
  const key = keyOfRule(name);
  return (await readdir(folder, { recursive: true }))
    .filter((path) => /\.ya?ml$/i.test(path) && !/(^|[\\/])\./.test(path))
    .map((path) => join(folder, path))
    .filter((file) => {
      const found = documents.keyOf(file);
      return found?.folder !== key.folder || found.name !== key.name;
    });
}

/** By what correlations call its rules. */
function namesIn(source: string | undefined): string[] {
  if (source === undefined) return [];
  const { rules, correlations } = documentsIn(source);
  return [...rules, ...correlations].flatMap(({ id, name }) => (name === null ? [id] : [id, name]));
}

const isLoaded = ({ state }: Pick<RuleStatus, 'state'>): boolean => state === 'loaded';
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
