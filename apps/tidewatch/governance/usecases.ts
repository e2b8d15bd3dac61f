import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';

const isoDate = z.iso.date('is a date such as 2027-06-30');
const pattern = z.string().min(1).max(200);

/** A use-case file: why some data may be processed, for how long, and by which rules (security.md, V1). */
const useCaseSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'is lower-case letters, digits and hyphens')
    .describe('Name, unique among use-cases.'),
  title: z.string().min(1).describe('What people call it.'),
  purpose: z
    .string()
    .min(20)
    .describe('What the data is processed for, in sentences that an affected person understands.'),
  legal_basis: z.string().min(1).describe('The ground it stands on, as the privacy officer words it.'),
  data: z
    .array(
      z
        .strictObject({
          source: pattern.optional().describe('Name or glob of sources.'),
          dataset: pattern.optional().describe('Name or glob of datasets.'),
          class: z.string().regex(/^[a-z0-9_]+$/, 'is the name of a data class'),
        })
        .refine(({ source, dataset }) => source !== undefined || dataset !== undefined, {
          message: 'needs a source, a dataset or both',
        }),
    )
    .min(1)
    .describe('The data it needs, and the class that data belongs to.'),
  fields: z.array(z.string().min(1)).min(1).describe('ECS fields it reads; `x.*` stands for all below.'),
  rules: z
    .array(pattern)
    .default([])
    .describe('Rules it switches on: ids, or globs of paths under `rules/`.'),
  stakeholders: z.array(z.string().min(1)).min(1).describe('Roles, never people.'),
  review_by: isoDate.describe('Last day on which an approval counts.'),
  approvals: z
    .array(
      z.strictObject({
        role: z.string().min(1).describe('Role in which it was approved.'),
        by: z.string().min(1).describe('Account that approved.'),
        at: isoDate.describe('Day of the approval.'),
      }),
    )
    .describe('Empty until somebody has approved.'),
});

export type UseCase = z.output<typeof useCaseSchema> & { readonly file: string };

/** A file that is not used, and why. Line and column are 1-based and absent where the whole file is meant. */
export interface RejectedUseCase {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

export interface LoadedUseCases {
  readonly useCases: readonly UseCase[];
  readonly rejected: readonly RejectedUseCase[];
}

/**
 * Reads every `*.yml` and `*.yaml` of a folder, by name. A broken file, a second file of one name, an unknown class, or
 * a file that gives data another class than one before is rejected; the rest stays in force. A folder that is not
 * there holds no use-cases.
 *
 * @param classes names of the data classes that exist; undefined leaves them unchecked
 */
export async function loadUseCases(directory: string, classes?: readonly string[]): Promise<LoadedUseCases> {
  const useCases: UseCase[] = [];
  const rejected: RejectedUseCase[] = [];
  for (const file of await yamlFiles(directory)) {
    const read = await readUseCase(directory, file);
    const problems = 'rejected' in read ? read.rejected : conflicts(read.useCase, useCases, classes);
    if ('useCase' in read && problems.length === 0) useCases.push(read.useCase);
    rejected.push(...problems);
  }
  return { useCases, rejected };
}

async function yamlFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => /\.ya?ml$/.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

type Read = { readonly useCase: UseCase } | { readonly rejected: readonly RejectedUseCase[] };

async function readUseCase(directory: string, file: string): Promise<Read> {
  let text: string;
  try {
    text = await readFile(join(directory, file), 'utf8');
  } catch (error) {
    return { rejected: [{ file, message: `It cannot be read (${(error as NodeJS.ErrnoException).code}).` }] };
  }
  const read = validateYaml(text, useCaseSchema);
  if (read.ok) return { useCase: { ...read.value, file } };
  const rejected = read.issues.map(({ path, message, ...place }) => ({
    file,
    ...place,
    message: path === '' ? message : `${path}: ${message}`,
  }));
  return { rejected };
}

function conflicts(
  useCase: UseCase,
  before: readonly UseCase[],
  classes: readonly string[] | undefined,
): RejectedUseCase[] {
  const { file, name, data } = useCase;
  const twin = before.find((other) => other.name === name);
  if (twin) return [{ file, message: `name: "${name}" is taken by ${twin.file}.` }];
  const unknown = data.filter((entry) => classes !== undefined && !classes.includes(entry.class));
  if (unknown.length > 0) {
    const known = classes?.join(', ') ?? '';
    return unknown.map((entry) => ({
      file,
      message: `data: there is no class "${entry.class}". Classes are ${known}.`,
    }));
  }
  return data.flatMap((entry) => {
    const rival = before.find((other) =>
      other.data.some(
        (given) =>
          given.source === entry.source && given.dataset === entry.dataset && given.class !== entry.class,
      ),
    );
    const what = [entry.source, entry.dataset].filter((part) => part !== undefined).join(' / ');
    return rival
      ? [{ file, message: `data: ${rival.file} gives ${what} another class than "${entry.class}".` }]
      : [];
  });
}
