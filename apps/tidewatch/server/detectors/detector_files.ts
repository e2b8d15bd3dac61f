import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatIssues } from '@tidewatch/plugin';
import { type Definition, parseDefinition } from '@tidewatch/scorer/detectors';
import type { Config } from '../../config/schema.ts';
import { globMatcher } from '../../governance/glob.ts';
import { inForce, type UseCase } from '../../governance/usecase.ts';

/** A detector as its file has it. */
export interface DetectorFile {
  readonly definition: Definition;
  readonly file: string;
  readonly text: string;
  /** Written through the API, and so to be changed there. */
  readonly own: boolean;
  /** Why it does not run; undefined for one that does. */
  readonly off?: string;
}

export interface DetectorFiles {
  readonly detectors: readonly DetectorFile[];
  /** Files that hold none, and why. */
  readonly faults: readonly { readonly file: string; readonly reason: string }[];
}

/** Where detectors that are written through the API are kept, below the data folder. */
export const ownFolder = (data: string): string => join(data, 'detectors');

interface Sources {
  readonly config: Pick<Config, 'anomalies' | 'data' | 'governance'>;
  readonly useCases: readonly UseCase[];
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string;
}

export const detectorFolders = ({ anomalies, data }: Sources['config']): readonly string[] => [
  ownFolder(data),
  ...anomalies.paths,
];

/** Reads all detectors. Of two with one id the first stays: one written through the API takes the place of one that ships. */
export async function readDetectors(sources: Sources): Promise<DetectorFiles> {
  const faults: { file: string; reason: string }[] = [];
  const detectors = new Map<string, DetectorFile>();
  for (const folder of detectorFolders(sources.config)) {
    const own = folder === ownFolder(sources.config.data);
    for (const file of await filesIn(folder)) {
      const text = await readFile(file, 'utf8');
      const read = parseDefinition(text);
      if (!read.ok) {
        faults.push({ file, reason: formatIssues(read.faults) });
        continue;
      }
      const { definition } = read;
      if (detectors.has(definition.id)) continue;
      const off = own ? undefined : whyOff(definition.id, sources);
      detectors.set(definition.id, { definition, file, text, own, ...(off !== undefined && { off }) });
    }
  }
  return { detectors: [...detectors.values()], faults };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => /\.ya?ml$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function whyOff(id: string, { config, useCases, day }: Sources): string | undefined {
  const { select } = config.anomalies;
  if (select === 'all') return undefined;
  if (select === 'none') return 'anomalies.select is `none`';
  if (select !== 'auto') return select.includes(id) ? undefined : 'anomalies.select does not name it';
  const naming = useCases.filter(({ detectors }) => detectors.some((pattern) => globMatcher(pattern)(id)));
  if (naming.length === 0) return 'no use-case switches it on';
  if (config.governance !== 'enforced' || naming.some((useCase) => inForce(useCase, day))) return undefined;
  return `no use-case that switches it on is in force: ${naming.map(({ name }) => name).join(', ')}`;
}
