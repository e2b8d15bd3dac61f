import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatIssues } from '@tidewatch/plugin';
import { type Definition, type Normal, parseDefinition, parseNormal } from '@tidewatch/scorer/detectors';
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
  /** What people said is normal, of any detector. */
  readonly normal: readonly Normal[];
  /** Files that hold none, and why. */
  readonly faults: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Where detectors that are written through the API are kept, below the data folder; not `detectors`, which a configuration
 * that lies there would take for the folder that ships.
 */
export const ownFolder = (data: string): string => join(data, 'detectors.kept');

/** Where what people call normal is kept, a file each. */
export const normalFolder = (data: string): string => join(data, 'detectors.normal');

interface Sources {
  readonly config: Pick<Config, 'anomalies' | 'data' | 'governance'>;
  readonly useCases: readonly UseCase[];
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string;
}

export const detectorFolders = ({ anomalies, data }: Sources['config']): readonly string[] => [
  ownFolder(data),
  normalFolder(data),
  ...anomalies.paths,
];

/** Reads all detectors. Of two with one id the first stays: one written through the API takes the place of one that ships. */
export async function readDetectors(sources: Sources): Promise<DetectorFiles> {
  const faults: { file: string; reason: string }[] = [];
  const detectors = new Map<string, DetectorFile>();
  const ours = ownFolder(sources.config.data);
  for (const folder of [ours, ...sources.config.anomalies.paths]) {
    const own = folder === ours;
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
  const normal: Normal[] = [];
  for (const file of await filesIn(normalFolder(sources.config.data))) {
    const read = parseNormal(await readFile(file, 'utf8'));
    if (read.ok) normal.push(read.normal);
    else faults.push({ file, reason: formatIssues(read.faults) });
  }
  return { detectors: [...detectors.values()], normal, faults };
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
