import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import type { FieldPolicy } from '@tidewatch/normalize/pseudonyms';
import { placeOf } from '@tidewatch/plugin';
import { classApproved, type DataClasses, parseDataClasses } from '@tidewatch/store';
import type { Config } from '../../config/schema.ts';
import { reasonOf } from '../../errors.ts';
import {
  type Classifier,
  createClassifier,
  type GovernedRules,
  governedRules,
} from '../../governance/classifier.ts';
import { createFieldPolicies, type FieldPolicies } from '../../governance/field_policy.ts';
import {
  inForce,
  type UseCase,
  type UseCaseFault,
  whatLacks,
  whyNotInForce,
} from '../../governance/usecase.ts';
import { loadUseCases, shownPath } from '../../governance/usecases.ts';
import { keptUseCaseFolder } from '../documents.ts';

export interface Governance {
  readonly classes: DataClasses;
  readonly useCases: readonly UseCase[];
  /** What is wrong with the files, and kept from being in force. */
  readonly faults: readonly UseCaseFault[];
  /** Classes that a use-case in force fills. */
  readonly approved: ReadonlySet<string>;
  readonly classify: Classifier;
  /** What use-cases ask of the fields of a source's data set. */
  readonly fieldPolicy: FieldPolicies;
  /** The first use-case that asks for pseudonyms where there are no keys for them: its data is refused. */
  readonly keyless?: { readonly usecase: string; readonly file: string; readonly line: number };
  /** Where governance is enforced, the rules that use-cases in force switch on. */
  readonly rules?: GovernedRules;
  /** In UTC, `YYYY-MM-DD`, for which this was found: approvals begin and end with a day. */
  readonly day: string;
}

export interface GovernanceSources {
  readonly config: Pick<Config, 'classes' | 'data' | 'governance' | 'pseudonyms' | 'usecases'>;
  readonly demo: boolean;
  /** What is in force: what a file says that has a fault by now, goes on. */
  readonly before?: Pick<Governance, 'classes' | 'useCases'>;
  /** Of classes that are to go, those that still hold events. */
  readonly holding: (names: readonly string[]) => Promise<readonly string[]>;
}

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The folders of use-cases: people's own before what the API keeps, of this process before that of the cluster. */
export const useCaseFolders = ({ data, usecases }: Pick<Config, 'data' | 'usecases'>): readonly string[] => {
  const kept = keptUseCaseFolder(data);
  return [usecases, kept, join(kept, 'cluster')];
};

/**
 * Reads classes and use-cases.
 *
 * @throws CLASSES_INVALID where there is nothing before that could stay in force
 */
export async function loadGovernance(sources: GovernanceSources): Promise<Governance> {
  const { config, demo, before } = sources;
  const read = await readClasses(sources);
  const { classes } = read;
  const loaded = await loadUseCases(
    useCaseFolders(config),
    classes.all.map(({ name }) => name),
    before?.useCases,
  );
  const day = dayOf(Date.now());
  // Synthetic classes need no approval, so nobody may send into them but the demonstration, while it plays.
  const synthetic = new Set(classes.all.filter((one) => one.synthetic).map(({ name }) => name));
  const useCases = loaded.useCases.filter(
    ({ data }) => demo || !data.some((entry) => synthetic.has(entry.class)),
  );
  const approved = useCases
    .filter((useCase) => inForce(useCase, day))
    .flatMap(({ data }) => data.map((entry) => entry.class));
  const fieldPolicy = createFieldPolicies(useCases, day);
  const keyless = config.pseudonyms === undefined ? keylessUseCase(useCases, synthetic) : undefined;
  const classify = createClassifier({
    useCases,
    classes: classes.all,
    placeOfClass: (name) => `${shownPath(config.classes)}:${read.lineOf(name)}`,
    folder: shownPath(config.usecases),
    mode: config.governance,
    now: Date.now,
  });
  return {
    classes,
    useCases: loaded.useCases,
    faults: [...read.faults, ...loaded.faults, ...keylessFault(keyless)],
    approved: new Set(approved),
    ...(config.governance === 'enforced' ? { rules: governedRules(useCases, day) } : {}),
    classify:
      keyless === undefined
        ? classify
        : withoutKeys(classify, (source, dataset, dataClass) =>
            fieldPolicy(source, dataset, synthetic.has(dataClass)),
          ),
    fieldPolicy,
    ...(keyless === undefined ? {} : { keyless }),
    day,
  };
}

function keylessUseCase(useCases: readonly UseCase[], synthetic: ReadonlySet<string>): Governance['keyless'] {
  const found = useCases.find(
    ({ pseudonymise, data }) => pseudonymise.length > 0 && data.some((entry) => !synthetic.has(entry.class)),
  );
  return found && { usecase: found.name, file: found.file, line: found.lineOf('pseudonymise') };
}

const keylessFault = (keyless: Governance['keyless']): UseCaseFault[] =>
  keyless === undefined
    ? []
    : [
        {
          file: keyless.file,
          line: keyless.line,
          message: `${keyless.usecase} asks for pseudonyms, and no keys are configured (\`pseudonyms\` in tidewatch.yml): what it covers is refused.`,
        },
      ];

/** What is to be kept under pseudonyms is not kept without. */
const withoutKeys =
  (
    classify: Classifier,
    policyOf: (source: string, dataset: string, dataClass: string) => FieldPolicy | undefined,
  ): Classifier =>
  (source, dataset) => {
    const found = classify(source, dataset);
    if ('refused' in found) return found;
    const policy = policyOf(source, dataset, found.dataClass);
    if (policy === undefined || policy.pseudonymise.length === 0) return found;
    return {
      refused: `Fields of dataset ${dataset} of source ${source} are to be kept under pseudonyms only, and no keys are configured.`,
    };
  };

interface ReadClasses {
  readonly classes: DataClasses;
  readonly faults: readonly UseCaseFault[];
  /** Where the time to live of a class stands. */
  readonly lineOf: (name: string) => number;
}

async function readClasses({ config, before, holding }: GovernanceSources): Promise<ReadClasses> {
  const file = shownPath(config.classes);
  let text = '';
  try {
    text = await readFile(config.classes, 'utf8').catch((error: unknown) => {
      throw new Error(`the file cannot be read (${reasonOf(error)})`);
    });
    const classes = parseDataClasses(text, config.classes);
    const lineOf = lineIn(text);
    const faults = unapprovedTimes(classes, file, lineOf);
    const gone = before?.classes.all
      .map(({ name }) => name)
      .filter((name) => classes.get(name) === undefined);
    const held = gone === undefined || gone.length === 0 ? [] : await holding(gone);
    if (before === undefined || held.length === 0) return { classes, faults, lineOf };
    const message = `The class ${held.join(', ')} still holds events, and so cannot go: nobody would delete them. Give it a short ttl, and take it out when they are gone. ${stays}`;
    return { classes: before.classes, faults: [{ file, line: lineOf('classes'), message }], lineOf };
  } catch (error) {
    if (before === undefined) throw error;
    const { line } = (isTidewatchError(error) ? error.details : {}) as { readonly line?: number };
    const { message } = error as Error;
    const problem = isTidewatchError(error)
      ? String(error.details.problem).replace(/^line \d+: /, '')
      : message;
    const fault = { file, ...(line === undefined ? {} : { line }), message: `${problem}. ${stays}` };
    return { classes: before.classes, faults: [fault], lineOf: lineIn(text) };
  }
}

const stays = 'The classes before stay in force.';

const lineIn = (text: string) => (name: string) =>
  placeOf(text, ['classes', name, 'ttl']).line ?? placeOf(text, ['classes']).line ?? 1;

const unapprovedTimes = (
  { all }: DataClasses,
  file: string,
  lineOf: (name: string) => number,
): UseCaseFault[] =>
  all.flatMap(({ name, ttl, unapprovedTtl }) =>
    unapprovedTtl === undefined
      ? []
      : [
          {
            file,
            line: lineOf(name),
            message: `The ttl ${unapprovedTtl} of ${name} is longer than was approved; ${ttl} stays in force until an approval names it.`,
          },
        ],
  );

/** How a use-case or a class stands on a day. */
export interface Stand {
  /** By which changes are told: `is in force`, or why not. */
  readonly is: string;
  /** The same with file and line, which are dear to find. */
  readonly told: () => string;
}

export function standingOf({ useCases, classes, day }: Governance): ReadonlyMap<string, Stand> {
  return new Map([
    ...useCases.map((useCase): [string, Stand] => {
      const is = whatLacks(useCase, day)?.says ?? 'is in force';
      return [`use-case ${useCase.name}`, { is, told: () => whyNotInForce(useCase, day) ?? is }];
    }),
    ...classes.all.map((definition): [string, Stand] => {
      const is = `is kept for ${definition.ttl}${classApproved(definition, day) ? ', as approved' : ''}`;
      return [`class ${definition.name}`, { is, told: () => is }];
    }),
  ]);
}
