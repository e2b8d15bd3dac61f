import { createHash } from 'node:crypto';
import { placeOf, validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';

const isoDate = z.iso.date('is a date such as 2027-06-30');
const pattern = z.string().min(1).max(200);

/** Names of use-cases: also of files that hold one, and part of addresses. */
const useCaseName = /^[a-z0-9][a-z0-9-]{0,99}$/;

const fieldPath = /^@?[\w-]+(?:\.[\w-]+){0,15}(?:\.\*)?$/;
/** What Tidewatch itself goes by has to stay. */
const isOpen = (path: string): boolean =>
  !/^(?:(?:@timestamp|ecs|tidewatch|event\.(?:id|dataset|ingested|kind|module|original))(?:\.|$)|event(?:\.\*)?$)/.test(
    path,
  );
const isOpenRule = { message: 'is a field that every event keeps as it is' };

const useCaseSchema = z.strictObject({
  name: z
    .string()
    .regex(useCaseName, 'is up to 100 lower-case letters, digits and hyphens')
    .describe('Name, unique among use-cases.'),
  title: z.string().min(1).describe('What people call it.'),
  purpose: z
    .string()
    .min(20)
    .describe('What the data is processed for, in sentences that an affected person understands.'),
  legal_basis: z.string().min(1).describe('The ground it stands on, as the privacy officer words it.'),
  owner: z.string().min(1).optional().describe('Role that answers for it.'),
  data: z
    .array(
      z
        .strictObject({
          source: pattern.optional().describe('Name or glob of sources.'),
          dataset: pattern.optional().describe('Name or glob of datasets.'),
          class: z
            .string()
            .regex(/^[a-z0-9_]+$/, 'is the name of a data class')
            .describe('Data class, one of `governance/classes.yml`.'),
        })
        .refine(({ source, dataset }) => source !== undefined || dataset !== undefined, {
          message: 'needs a source, a dataset or both',
        }),
    )
    .min(1)
    .describe('The data it needs, and the class that data belongs to.'),
  fields: z.array(z.string().min(1)).min(1).describe('ECS fields it reads; `x.*` stands for all below.'),
  pseudonymise: z
    .array(
      z.string().regex(fieldPath, 'is the path of a field, such as user.name').refine(isOpen, isOpenRule),
    )
    .default([])
    .describe(
      'Fields of its data whose values are replaced by pseudonyms as they come in, with all below them. Counts before any approval.',
    ),
  minimise: z
    .boolean()
    .default(false)
    .describe(
      'Drops from its data, as it comes in, every field that no use-case in force on that data names.',
    ),
  rules: z
    .array(pattern)
    .default([])
    .describe('Rules it switches on: ids, or globs of paths under `rules/`.'),
  detectors: z
    .array(pattern)
    .default([])
    .describe('Detectors of anomalies it switches on: ids, or globs of them.'),
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

/** The JSON Schema of a use-case file as its author writes it, before defaults. */
export const useCaseJsonSchema = (): unknown => z.toJSONSchema(useCaseSchema, { io: 'input' });

/** Why some data may be processed, for how long, and by which rules (security.md, V1). */
export type UseCase = z.output<typeof useCaseSchema> & {
  /** Its file for people, with the folder: `usecases/web-attacks.yml`. */
  readonly file: string;
  /** As written. */
  readonly text: string;
  /** Where a key stands, from 1. Remembered: a refusal names it for each record. */
  readonly lineOf: (key: string) => number;
};

/** Hex SHA-256 of what is approved: all that a use-case says but for its approvals, however it is written down. */
export function approvedHash(useCase: UseCase): string {
  const { approvals: _, file: __, text: ___, lineOf: ____, ...said } = useCase;
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/** A fault of a file. Line and column are 1-based and absent where the whole file is meant. */
export interface UseCaseFault {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** Reads a use-case, and says all that is wrong with it by itself. @param file see {@link UseCase} */
export function parseUseCase(text: string, file: string): UseCase | readonly UseCaseFault[] {
  const read = validateYaml(text, useCaseSchema);
  if (read.ok) {
    const lines = new Map<string, number>();
    const lineOf = (key: string): number => {
      const line = lines.get(key) ?? placeOf(text, [key]).line ?? 1;
      lines.set(key, line);
      return line;
    };
    return { ...read.value, file, text, lineOf };
  }
  return read.issues.map(({ path, message, ...place }) => ({
    file,
    ...place,
    message: path === '' ? message : `${path}: ${message}`,
  }));
}

/** What keeps it from being in force beside others and these classes. @param classes undefined leaves them unchecked */
export function conflictsOf(
  { file, name, data, text }: UseCase,
  others: readonly UseCase[],
  classes: readonly string[] | undefined,
): UseCaseFault[] {
  const twin = others.find((other) => other.name === name);
  if (twin !== undefined)
    return [{ file, ...placeOf(text, ['name']), message: `name: "${name}" is taken by ${twin.file}.` }];
  return data.flatMap((entry, i) => {
    // To find a place is dear, and hardly ever wanted.
    const fault = (message: string) => [{ file, ...placeOf(text, ['data', String(i), 'class']), message }];
    if (classes !== undefined && !classes.includes(entry.class))
      return fault(`data: there is no class "${entry.class}". Classes are ${classes.join(', ')}.`);
    const rival = others.find((other) =>
      other.data.some(
        (given) =>
          given.source === entry.source && given.dataset === entry.dataset && given.class !== entry.class,
      ),
    );
    if (rival === undefined) return [];
    const what = [entry.source, entry.dataset].filter((part) => part !== undefined).join(' / ');
    return fault(`data: ${rival.file} gives ${what} another class than "${entry.class}".`);
  });
}

/** Only an approval in this role puts a use-case into force. */
const approvingRole = 'privacy_officer';

/** Whether a use-case is in force on a day, `YYYY-MM-DD` in UTC. */
export const inForce = (useCase: UseCase, day: string): boolean => whatLacks(useCase, day) === undefined;

/** Why a use-case is not in force on a day, with file and line, as the end of a sentence about it. */
export function whyNotInForce(useCase: UseCase, day: string): string | undefined {
  const lack = whatLacks(useCase, day);
  return lack && `${lack.says} (${useCase.file}:${useCase.lineOf(lack.key)})`;
}

/** What keeps it from being in force on a day, as the end of a sentence, and the key that says so. */
export function whatLacks(
  { review_by, approvals }: UseCase,
  day: string,
): { readonly says: string; readonly key: 'approvals' | 'review_by' } | undefined {
  const counting = approvals.filter(({ role }) => role === approvingRole);
  if (counting.length === 0) return { says: 'has not been approved', key: 'approvals' };
  if (day > review_by) return { says: `is approved up to ${review_by} only`, key: 'review_by' };
  if (counting.some(({ at }) => at <= day)) return undefined;
  return { says: 'is approved from a later day on', key: 'approvals' };
}
