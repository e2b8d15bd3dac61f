import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BacktestAsked } from '@tidewatch/api';
import type { BacktestDeps, RuleSources } from '@tidewatch/detector';
import { parseDocuments } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { exceptionFolder } from './exceptions.ts';
import { configuredRules, ruleSources } from './rule_sources.ts';

type Sides = Pick<BacktestDeps, 'before' | 'after' | 'renamed' | 'isTried'>;

/** Writes what is to be tried below a folder, and says what either side of a backtest loads. */
export async function backtestSources(
  asked: BacktestAsked,
  runtime: Runtime,
  folder: string,
): Promise<Sides> {
  return 'source' in asked
    ? oneTried(asked.source, runtime, folder)
    : twoSets(asked.compare, runtime, folder);
}

/** The rules in force, and those with what is tried before them: of two rules with one id the first stays. */
async function oneTried(source: string, runtime: Runtime, folder: string): Promise<Sides> {
  const file = join(folder, 'backtest.yml');
  await writeFile(file, source);
  const { only: _, ...sources } = ruleSources(runtime);
  const focus = focusOf(source);
  return {
    before: { ...sources, ...focus },
    after: {
      ...sources,
      ...focus,
      paths: [file, ...sources.paths],
      always: [file, ...(sources.always ?? [])],
    },
    isTried: (rule) => rule.file === file,
  };
}

/** Which rules a document can change anything about; a filter for `any` can for all. */
function focusOf(source: string): { focus?: string[] } {
  const { rules, correlations, filters } = parseDocuments(source);
  if (filters.some((filter) => filter.rules === null)) return {};
  const named = filters.flatMap((filter) => filter.rules ?? []);
  return { focus: [...[...rules, ...correlations].map(({ id }) => id), ...named] };
}

/** Either set with the exceptions, placeholders and pipelines that are in force; who asks has selected already. */
async function twoSets(
  { before, after, renamed }: Extract<BacktestAsked, { compare: unknown }>['compare'],
  runtime: Runtime,
  folder: string,
): Promise<Sides> {
  const { config, options } = runtime;
  const { select: _, always: __, ...sources } = configuredRules(config, options.root);
  const side = async (name: string, set: typeof before): Promise<RuleSources> => {
    const path = join(folder, name);
    await mkdir(path);
    for (const [i, source] of set.sources.entries()) await writeFile(join(path, `${i}.yml`), source);
    return { ...sources, focus: [...set.rules], paths: [path, exceptionFolder(config.data)] };
  };
  const tried = new Set(after.rules);
  return {
    before: await side('before', before),
    after: await side('after', after),
    renamed,
    // Filters come with the rules that they are added to, and not with all others that they name.
    isTried: ({ id }) => tried.has(id),
  };
}
