import { isDeepStrictEqual } from 'node:util';
import type { Approver, ExpectedVersion, UseCaseDesk, UseCaseOutcome } from '@tidewatch/api';
import type { DataClasses } from '@tidewatch/store';
import {
  approvedHash,
  conflictsOf,
  parseUseCase,
  type UseCase,
  type UseCaseFault,
  whyNotInForce,
} from '../../governance/usecase.ts';
import { shownPath } from '../../governance/usecases.ts';
import { documentsOf } from '../adapters.ts';
import { keyOfUseCase, keyOfUseCaseBefore, versionOf } from '../documents.ts';
import { createWeakenedRules } from '../rules/weakened_rules.ts';
import type { Runtime } from '../runtime.ts';
import { dayOf } from './governance.ts';

type Refusal = Extract<UseCaseOutcome, { ok: false }>;
type Row = Awaited<ReturnType<UseCaseDesk['list']>>['useCases'][number];
/** What the file of a use-case says, and what it said before. */
type Texts = Readonly<Record<'now' | 'before', string | undefined>>;
/** Says what it is to say; null to delete it. */
type Decide = (texts: Texts) => string | null | Refusal;

/** Keeps use-cases that people write through the API: documents, as rules are (decision records 21 and 29). */
export function openUseCaseDesk(runtime: Runtime): UseCaseDesk {
  const documents = documentsOf(runtime.adapters);
  const weakened = createWeakenedRules(runtime);
  let turn: Promise<unknown> = Promise.resolve();

  const isKept = ({ name, file }: Pick<UseCase, 'name' | 'file'>): boolean =>
    [documents.file(keyOfUseCase(name)), ownFile(name)].some((path) => shownPath(path) === file);
  /** In a cluster, of what this process kept for itself before. */
  const ownFile = (name: string): string =>
    documents.file(keyOfUseCase(name)).replace(/([\\/])cluster[\\/]/, '$1');

  function change(name: string, expected: ExpectedVersion, decide: Decide, approver?: Approver) {
    const changed = turn.then(() => changeNow(name, expected, decide, approver));
    turn = changed.catch(() => {});
    return changed;
  }

  async function changeNow(
    name: string,
    expected: ExpectedVersion,
    decide: Decide,
    approver: Approver | undefined,
  ): Promise<UseCaseOutcome> {
    const keys = { now: keyOfUseCase(name), before: keyOfUseCaseBefore(name) };
    const texts = { now: await documents.read(keys.now), before: await documents.read(keys.before) };
    const { now } = texts;
    const elsewhere = runtime.governance.useCases.find((one) => one.name === name && !isKept(one));
    if (now === undefined && elsewhere !== undefined)
      return refuse('USECASE_READ_ONLY', { name, file: elsewhere.file });
    const version = now === undefined ? null : versionOf(now);
    if (!expected(version)) return refuse('USECASE_CHANGED', { name, version });
    const text = decide(texts);
    if (typeof text === 'object' && text !== null) return text;
    const refused = text === null ? undefined : refusalOf(name, text, now, approver);
    if (refused !== undefined) return refused;
    const written =
      text === now ||
      (await documents.write(
        [
          { ...keys.before, text: now ?? null },
          { ...keys.now, text },
        ],
        (found) => found === now,
      ));
    const found = await documents.read(keys.now);
    if (!written)
      return refuse('USECASE_CHANGED', { name, version: found === undefined ? null : versionOf(found) });
    await runtime.parts.governanceWatch?.refresh();
    const useCase = runtime.governance.useCases.find((one) => one.name === name && one.text === found);
    return {
      ok: true,
      useCase: {
        name,
        version: found === undefined ? null : versionOf(found),
        restorable: (await documents.read(keys.before)) !== undefined,
        ...(useCase === undefined ? { inForce: false } : standing(useCase)),
      },
    };
  }

  /** Why a text may not be what a use-case says: a fault, a conflict, or an approval that is not the sender's. */
  function refusalOf(
    name: string,
    text: string,
    now: string | undefined,
    approver: Approver | undefined,
  ): Refusal | undefined {
    const { useCases, classes } = runtime.governance;
    const file = shownPath(documents.file(keyOfUseCase(name)));
    const read = parseUseCase(text, file);
    if (Array.isArray(read)) return invalid(name, read);
    const useCase = read as UseCase;
    if (useCase.name !== name)
      return invalid(name, [
        {
          file,
          line: useCase.lineOf('name'),
          message: `name: is ${useCase.name}, and the address says ${name}.`,
        },
      ]);
    const others = useCases.filter((one) => one.name !== name);
    const faults = conflictsOf(
      useCase,
      others,
      classes.all.map((definition) => definition.name),
    );
    if (faults.length > 0) return invalid(name, faults);
    const before = now === undefined ? undefined : parseUseCase(now, file);
    const why = foreignApproval(useCase, before, approver) ?? syntheticData(useCase, classes, approver);
    return why === undefined ? undefined : refuse('USECASE_APPROVAL', { name, why });
  }

  const standing = (useCase: UseCase): { readonly inForce: boolean; readonly why?: string } => {
    // As the classifier has it: what is made up needs nobody's leave.
    const { classes } = runtime.governance;
    if (useCase.data.every((entry) => classes.get(entry.class)?.synthetic === true)) return { inForce: true };
    const why = whyNotInForce(useCase, dayOf(Date.now()));
    return why === undefined ? { inForce: true } : { inForce: false, why };
  };

  async function rowOf(useCase: UseCase): Promise<Row> {
    const { name, title, purpose, legal_basis, owner, data, fields, rules, stakeholders, ...rest } = useCase;
    const { pseudonymise, minimise } = rest;
    const kept = isKept(useCase)
      ? {
          version: versionOf(useCase.text),
          restorable: (await documents.read(keyOfUseCaseBefore(name))) !== undefined,
        }
      : undefined;
    return {
      ...{
        name,
        title,
        purpose,
        legalBasis: legal_basis,
        fields,
        pseudonymise,
        minimise,
        rules,
        stakeholders,
      },
      ...(owner === undefined ? {} : { owner }),
      data: data.map(({ source, dataset, class: dataClass }) => ({
        ...(source === undefined ? {} : { source }),
        ...(dataset === undefined ? {} : { dataset }),
        dataClass,
        ttl: runtime.classes.get(dataClass)?.ttl ?? '',
      })),
      reviewBy: rest.review_by,
      approvals: rest.approvals,
      ...standing(useCase),
      file: rest.file,
      ...(kept === undefined ? {} : { kept }),
    };
  }

  return {
    async list() {
      const { useCases, faults } = runtime.governance;
      return {
        useCases: await Promise.all(useCases.map(rowOf)),
        faults: faults.map(faultRow),
        weakened: await weakened(),
      };
    },
    async get(name) {
      const found = runtime.governance.useCases.find((one) => one.name === name);
      return found === undefined ? undefined : { ...(await rowOf(found)), source: found.text };
    },
    put: (name, source, expected, approver) => change(name, expected, () => source, approver),
    remove: (name, expected) =>
      change(name, expected, ({ now }) => (now === undefined ? refuse('USECASE_UNKNOWN', { name }) : null)),
    restore: (name, expected, approver) =>
      change(name, expected, ({ before }) => before ?? refuse('USECASE_NOT_RESTORABLE', { name }), approver),
  };
}

const refuse = (code: Refusal['code'], details: Refusal['details']): Refusal => ({
  ok: false,
  code,
  details,
});

const faultRow = ({ message, ...place }: UseCaseFault) => ({ ...place, reason: message });

function invalid(name: string, faults: readonly UseCaseFault[]): Refusal {
  const why = faults
    .map(({ line, message }) => (line === undefined ? message : `line ${line}: ${message}`))
    .join(' ');
  return refuse('USECASE_INVALID', { name, why, faults: faults.map(faultRow) });
}

/** Data of a synthetic class is taken without an approval, and so from the demonstration alone. */
function syntheticData(
  { data, lineOf }: UseCase,
  classes: DataClasses,
  approver: Approver | undefined,
): string | undefined {
  if (approver === undefined || approver.may === 'anybody') return undefined;
  const found = data.find((entry) => classes.get(entry.class)?.synthetic === true);
  return (
    found && `line ${lineOf('data')}: ${found.class} is for invented data, which the demonstration sends.`
  );
}

/** An approval is of what was said then: whoever says something else writes none, unless it is theirs to give. */
function foreignApproval(
  useCase: UseCase,
  before: UseCase | readonly UseCaseFault[] | undefined,
  approver: Approver | undefined,
): string | undefined {
  if (approver === undefined || approver.may === 'anybody') return undefined;
  const { approvals, lineOf } = useCase;
  const was = before === undefined || Array.isArray(before) ? undefined : (before as UseCase);
  const known = was !== undefined && approvedHash(was) === approvedHash(useCase) ? was.approvals : [];
  const id = 'id' in approver ? approver.id : undefined;
  const isForeign = (approval: UseCase['approvals'][number]): boolean =>
    id === undefined || (approval.by !== id && !known.some((one) => isDeepStrictEqual(one, approval)));
  if (!approvals.some(isForeign)) return undefined;
  return id === undefined
    ? `line ${lineOf('approvals')}: only the privacy officer approves. Send it with \`approvals: []\`, and ask for theirs.`
    : `line ${lineOf('approvals')}: an approval that was not there before, or was of another text, has to name you (${id}).`;
}
